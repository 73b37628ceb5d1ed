import { badUserInputs, type FieldProblem, notFound } from '../../errors.ts';
import { hasInexactNumber, isDeeperThan, MAX_JSON_LEVELS } from '../../lib/json/limits.ts';
import { hasLength } from '../../lib/text.ts';

/** Most characters of a prompt, name or description. */
export const MAX_TEXT = 100_000;

/** Refuses an input if any check found a problem. @throws GatewayError `BAD_USER_INPUT`, naming every wrong field */
export function assertValid(checks: readonly (FieldProblem | false | undefined)[]): void {
  const problems = checks.filter((check) => check !== false && check !== undefined);
  if (problems.length > 0) throw badUserInputs(problems);
}

/** A problem unless `isRight`. */
export function check(isRight: boolean, path: string, message: string): FieldProblem | undefined {
  return isRight ? undefined : { path, message };
}

/** A problem unless the text has 1 to `max` characters and is not blank; absent text passes. */
export function checkText(
  text: string | null | undefined,
  path: string,
  max = MAX_TEXT,
): FieldProblem | undefined {
  return check(
    text == null || (text.trim().length > 0 && hasLength(text, 1, max)),
    path,
    `must have 1 to ${max} characters`,
  );
}

/** Most characters of a JSON value as text. Several of them fit into an answer of an upstream. */
const MAX_JSON_TEXT = 1_000_000;

/**
 * A problem unless the JSON value can be written upstream and read back as it is. A whole number beyond 2^53 has lost
 * digits before it is here, so it is refused.
 */
export function checkJson(value: unknown, path: string): FieldProblem | undefined {
  if (isDeeperThan(value, MAX_JSON_LEVELS)) {
    return { path, message: `must not nest more than ${MAX_JSON_LEVELS} levels` };
  }
  if (hasInexactNumber(value)) {
    return { path, message: 'has a number beyond ±(2^53 - 1), which loses digits; write it as text' };
  }
  const isShort = JSON.stringify(value).length <= MAX_JSON_TEXT;
  return check(isShort, path, `must have at most ${MAX_JSON_TEXT} characters as JSON`);
}

/** A problem unless the number is at least 1; an absent one passes. */
export function checkPositive(count: number | null | undefined, path: string): FieldProblem | undefined {
  return check(count == null || count >= 1, path, 'must be at least 1');
}

/** Most items of a page, of any list. */
const MAX_PAGE = 500;

/** A problem unless the page size is allowed; without one the default is used. */
export function checkPage(first: number | null | undefined): FieldProblem | undefined {
  return check(first == null || (first >= 1 && first <= MAX_PAGE), 'first', `must be from 1 to ${MAX_PAGE}`);
}

/** True for what may be the id of an agent or task: these are integers upstream. */
export function isNumericId(id: string): boolean {
  return /^\d{1,15}$/.test(id);
}

/** A problem unless the text may be the id of an agent or task; absent text passes. */
export function checkId(id: string | null | undefined, path: string): FieldProblem | undefined {
  return check(id == null || isNumericId(id), path, 'must be a numeric id');
}

/** Refuses an id that cannot exist, without a call upstream. @throws GatewayError `NOT_FOUND` */
export function assertKnownShape(isPossible: boolean, what: string): void {
  if (!isPossible) throw notFound(what);
}

/** True for what may be the id of a deployment: these are opaque, but short and plain. */
export function isDeploymentId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}
