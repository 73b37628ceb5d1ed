/** What is wrong with a key that `readKey` does not take. */
export const MALFORMED_KEY = 'must have 1 to 255 characters of printable ASCII';

/**
 * The idempotency key that a text stands for; undefined when it is none. Blanks and tabs around it do not count, because
 * HTTP removes them from a header (RFC 9110, section 5.5). Other characters than ASCII would depend on how a header is
 * decoded.
 */
export function readKey(text: string): string | undefined {
  // Not by a pattern, which would take long for a text with many blanks in its midst.
  let start = 0;
  let end = text.length;
  while (isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  const key = text.slice(start, end);
  return /^[\x20-\x7e]{1,255}$/.test(key) ? key : undefined;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
