/** How much of an upstream's words a client may see. */
const MAX_MESSAGES = 5;
const MAX_LENGTH = 300;
const HIDDEN = '[redacted]';

/** What never gets out, whatever the message is about. Order matters: long shapes before their parts. */
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

/** Places inside the upstream: stack frames, and paths on its disks. */
const PLACES: readonly RegExp[] = [
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

function redactOne(said: string, known: readonly string[]): string {
  const message = known.reduce(
    (rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, HIDDEN)),
    said,
  );
  // Whole messages that are only about a signature, or are pages, say nothing a caller could act on.
  if (SIGNATURE_ECHO.test(message) || HTML.test(message)) return '';
  // Long texts are cut before the patterns run, so that their cost is bounded too.
  const hidden = replaceAll(replaceAll(message.slice(0, 4_000), PLACES, ' '), SECRETS, HIDDEN);
  const flat = flatten(hidden);
  return flat.length > MAX_LENGTH ? `${flat.slice(0, MAX_LENGTH - 1)}…` : flat;
}

/**
 * The upstream's messages as clients may see them: no signature, token, key, user id, path, stack trace or
 * markup, at most five of at most 300 characters. A message of which nothing is left is dropped.
 * @param known secrets of this very call, hidden whatever their shape
 */
export function redactMessages(messages: readonly string[], known: readonly string[] = []): string[] {
  return messages
    .map((message) => redactOne(message, known))
    .filter((message) => message !== '' && message !== HIDDEN)
    .slice(0, MAX_MESSAGES);
}
