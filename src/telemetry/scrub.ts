const REPLACEMENT = '[redacted]';

/** Names whose values are always secret. */
const SECRET_NAME =
  'password|passwd|password_?hash|secret|client_?secret|authorization|(?:set-)?cookie|signature|' +
  '(?:x-)?api[_-]?key|private_?key|(?:access|refresh|api|id|auth|llm)?_?token';

/** `"name":"value"`. */
const IN_JSON = new RegExp(String.raw`("(?:${SECRET_NAME})"\s*:\s*")(?:\\.|[^"\\])*`, 'gi');

/** The same inside a JSON string. The quote that ends the value has as many backslashes as the quotes of its name. */
const IN_NESTED_JSON = new RegExp(
  String.raw`((\\{1,8})"(?:${SECRET_NAME})\2"\s*:\s*\2")(?:(?!\2")(?:\\\\)*(?:\\[^\\]|[^"\\]))*`,
  'gi',
);

/** `name=value`, as in a query or a form. */
const IN_QUERY = new RegExp(String.raw`(?<!\w)((?:${SECRET_NAME})=)[^&\s"\\#,;]+`, 'gi');

/** Forms of secrets, wherever they occur. Separate expressions, because one for all is several times slower. */
const SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // The secret half of a JWK (RFC 8037, RFC 7518).
  /(?<=\\{0,8}"d\\{0,8}":\s*\\{0,8}")[\w-]+/g,
  // PHC strings of argon2.
  /\$argon2(?:id|i|d)\$[\w$=,.+/-]+/g,
  // JWT: base64url parts of which the first is a JSON object; the others may have been cut off.
  /eyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g,
  /qg[prs]_[\w-]+/g,
  /(?:bearer|basic)(?:\s|%20|\+)+[\w.~+/%=-]+/gi,
  // User and password of a URL (RFC 3986, 3.2.1).
  /(?<=:\/\/)[^/\s:@"]+:[^/\s@"]+(?=@)/g,
  // Digests, signatures and upstream tokens, also inside words.
  /(?<![0-9A-Fa-f])[0-9A-Fa-f]{40,}/g,
  // 32 bytes or more in base64 with its padding: wrapping keys.
  /(?<![\w+/])[\w+/]{43,}(?:=|%3D)/g,
  // 32 bytes in base64url: token hashes, keys. In JSON a line break is two characters, `\n`.
  /(?:(?<![\w-])|(?<=\\[nrt]))(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{43}(?![\w-])/g,
];

/**
 * What every line with one of the forms above has: a part of a name, a beginning, or a long run of characters. Most lines
 * have none of it, and need no search for each form.
 */
const HINTS =
  /password|passwd|secret|auth|cookie|signature|key|token|argon2|eyJ|qg[prs]_|bearer|basic|:\/\/|"d\\{0,8}"/i;
const LONG_RUN = /(?<![\w+/-])[\w+/-]{40}/;

/**
 * Removes secrets from a finished log line, by the names of fields and by the form of values. It is the last stage and
 * sees the text as it will be written, so nested fields and error messages are covered too.
 */
export function scrub(line: string): string {
  if (!HINTS.test(line) && !LONG_RUN.test(line)) return line;
  const unnamed = line
    .replace(IN_JSON, `$1${REPLACEMENT}`)
    .replace(IN_NESTED_JSON, `$1${REPLACEMENT}`)
    .replace(IN_QUERY, `$1${REPLACEMENT}`);
  return SHAPES.reduce((text, shape) => text.replace(shape, REPLACEMENT), unnamed);
}
