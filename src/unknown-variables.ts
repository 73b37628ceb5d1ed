import { type Environment, variableNames } from './config.ts';

/** First words that many programs' variables have. */
const SHARED_WORDS = new Set(['NODE', 'OTEL']);

/**
 * Variables that others set and that begin like one of the gateway's: of a desktop's session, and those with which Kubernetes names a
 * service, such as `REDIS_SERVICE_HOST` and `REDIS_PORT_6379_TCP_ADDR`.
 */
const OF_OTHERS = /^SESSION_MANAGER$|_SERVICE_(HOST|PORT(_.+)?)$|_PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?$/;

/** Names that differ in so many letters may be a slip. */
const SLIP = 2;

/** Variables that begin like one of the gateway's and are none, with the one that may be meant. */
export function unknownVariables(env: Environment): { name: string; meant: string | undefined }[] {
  const words = new Set(variableNames.map(firstWordOf).filter((word) => !SHARED_WORDS.has(word)));
  return Object.keys(env)
    .filter((name) => name.includes('_') && words.has(firstWordOf(name)))
    .filter((name) => !variableNames.includes(name) && !OF_OTHERS.test(name))
    .map((name) => ({ name, meant: variableNames.find((known) => differenceOf(name, known) <= SLIP) }));
}

/** What a start says about variables that it does not know; undefined when there are none. */
export function warningAboutVariables(env: Environment): string | undefined {
  const unknown = unknownVariables(env);
  if (unknown.length === 0) return undefined;
  const named = unknown.map(({ name, meant }) =>
    meant === undefined ? name : `${name} (did you mean ${meant}?)`,
  );
  return `variables that the gateway does not have are left aside: ${named.join(', ')}`;
}

function firstWordOf(name: string): string {
  return name.split('_', 1)[0] ?? '';
}

/** The letters that have to be put in, left out or replaced to make one word of the other (Levenshtein). */
function differenceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      next.push(
        Math.min(
          (next[column] ?? 0) + 1,
          (row[column + 1] ?? 0) + 1,
          (row[column] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
