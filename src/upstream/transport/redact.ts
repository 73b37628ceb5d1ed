import { formsOf } from './secret-forms.ts';

/** Bounds of what a client sees of an upstream's messages. */
const MAX_MESSAGES = 5;
const MAX_LENGTH = 300;
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
  const message = replaceAll(original, known, HIDDEN);
  // A message about a signature, or an HTML page, does not help the caller, so it is dropped whole.
  if (SIGNATURE_ECHO.test(message) || HTML.test(message)) return '';
  // The text is cut before the patterns run, so that their cost is bounded.
  const hidden = replaceAll(replaceAll(message.slice(0, 4_000), INTERNALS, ' '), SECRETS, HIDDEN);
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
    .map((message) => redactOne(message, forms))
    .filter((message) => message !== '' && message !== HIDDEN)
    .slice(0, MAX_MESSAGES);
}
