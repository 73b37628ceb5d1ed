import { badUserInput, type FieldProblem, notFound } from '../../errors.ts';
import type { Connection } from './connections.ts';

/** Longest text of a prompt, a name or a description that is passed on. */
export const MAX_TEXT = 100_000;

/** Collects every wrong field before refusing, so that a caller learns of all at once. */
export function assertValid(checks: readonly (FieldProblem | false | undefined)[]): void {
  const problems = checks.filter((check) => check !== false && check !== undefined);
  if (problems.length > 0) throw badUserInput(...problems);
}

/** A problem unless `isRight`. */
export function check(isRight: boolean, path: string, message: string): FieldProblem | undefined {
  return isRight ? undefined : { path, message };
}

/** A problem unless the text has 1 to `max` characters besides blanks; absent text passes. */
export function checkText(
  text: string | null | undefined,
  path: string,
  max = MAX_TEXT,
): FieldProblem | undefined {
  return check(
    text == null || (text.trim().length > 0 && text.length <= max),
    path,
    `must have 1 to ${max} characters`,
  );
}

/** A problem unless the number counts something; absent ones pass. */
export function checkPositive(count: number | null | undefined, path: string): FieldProblem | undefined {
  return check(count == null || count >= 1, path, 'must be at least 1');
}

/** Largest page of anything. */
const MAX_PAGE = 500;

/** A problem unless a page has a size that is served; without one the default serves. */
export function checkPage(first: number | null | undefined): FieldProblem | undefined {
  return check(first == null || (first >= 1 && first <= MAX_PAGE), 'first', `must be from 1 to ${MAX_PAGE}`);
}

/** Ids of agents and tasks are integers upstream: any other text names nothing. */
export function isNumericId(id: string): boolean {
  return /^\d{1,15}$/.test(id);
}

/** A problem unless the id is one the upstream could have given out. */
export function checkId(id: string | null | undefined, path: string): FieldProblem | undefined {
  return check(id == null || isNumericId(id), path, 'must be a numeric id');
}

/** Refuses an id that cannot exist as what it is: not found, without asking the upstream. */
export function assertKnownShape(isPossible: boolean, what: string): void {
  if (!isPossible) throw notFound(what);
}

/** Deployment ids are opaque, but short and plain. */
export function isDeploymentId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}

/** The organization named by the caller, or the credential's own. */
export function organizationOf(
  connection: Connection,
  organizationId: string | null | undefined,
  path: string,
): string {
  const chosen = organizationId ?? connection.organizationId;
  if (chosen) return chosen;
  throw badUserInput({ path, message: 'is required, as the credential has no organization of its own' });
}
