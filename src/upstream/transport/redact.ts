import { formsOf } from './secret-forms.ts';

/** Bounds of what a client sees of an upstream's messages. */
const MAX_MESSAGES = 5;
const MAX_LENGTH = 300;
/** Bounds of what is looked at, so that the cost of long or many messages is bounded. */
const MAX_READ_MESSAGES = 50;
/** Of a message, before the secrets of the call are hidden; their patterns take time that grows with the text only. */
const MAX_SEARCHED = 16_000;
/**
 * Of a message, before all other patterns run, some of which take time that grows with the square. It is so much shorter that
 * a secret which the first cut has divided is cut off whole.
 */
const MAX_READ = 4_000;
const HIDDEN = '[redacted]';

/** Patterns that are always hidden. The order matters: longer forms come before their parts. */
const SECRETS: readonly RegExp[] = [
  /\b(?:basic|bearer)\s+[\w+/=.~-]+/gi,
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g,
  /\b(?:authorization|timestamp|token|api[-_ ]?key|secret|password|hash)["']?\s*[:=]\s*["']?[^\s"',;]+/gi,
  /\b(?:uid|user[-_ ]?id)["']?\s*[:=]?\s*["']?\d+/gi,
  /\bsk-[\w-]{8,}/g,
  /(?:\bA-)?\b[0-9a-f]{32,}\b/gi,
  /[\w+/-]{40,}={0,2}/g,
  /\b[\w.+-]+@[\w-]+\.[\w.]+/g,
];

/** Internals of the upstream: stack frames and file paths. */
const INTERNALS: readonly RegExp[] = [
  /(?:^|\s)(?:#\d+\s|at\s)[^\n]*(?::\d+|\(\d+\))[^\n]*/g,
  /\bstack trace:[\s\S]*/gi,
  /\b[A-Za-z]:\\[^\s"')]+/g,
  /(?<![\w:/])(?:\/[\w.@-]+){2,}\/?(?::\d+)?/g,
];

const HTML = /<\/?[a-z!][^>]*>/i;
const SIGNATURE_ECHO = /hash doesn't match/i;

function replaceAll(text: string, patterns: readonly RegExp[], by: string): string {
  return patterns.reduce((rest, pattern) => rest.replace(pattern, by), text);
}

/** Printable text on one line. */
function flatten(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}

function redactOne(original: string, known: readonly RegExp[]): string {
  const message = replaceAll(original.slice(0, MAX_SEARCHED), known, HIDDEN).slice(0, MAX_READ);
  // A message about a signature, or an HTML page, does not help the caller, so it is dropped whole.
  if (SIGNATURE_ECHO.test(message) || HTML.test(message)) return '';
  const hidden = replaceAll(replaceAll(message, INTERNALS, ' '), SECRETS, HIDDEN);
  const flat = flatten(hidden);
  return (flat.length > MAX_LENGTH ? `${flat.slice(0, MAX_LENGTH - 1)}…` : flat).toWellFormed();
}

/**
 * The upstream's messages as clients may see them: without signatures, tokens, keys, user ids, paths, stack traces
 * and markup, at most five of at most 300 characters. A message that is empty after that is dropped.
 * @param known secrets of this call, which are hidden in any form (secret-forms.ts)
 */
export function redactMessages(messages: readonly string[], known: readonly string[] = []): string[] {
  // Longer secrets first, because one may be a part of another.
  const forms = known.toSorted((one, other) => other.length - one.length).flatMap(formsOf);
  return messages
    .slice(0, MAX_READ_MESSAGES)
    .map((message) => redactOne(message, forms))
    .filter((message) => message !== '' && message !== HIDDEN)
    .slice(0, MAX_MESSAGES);
}
