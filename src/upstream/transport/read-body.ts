import { parse } from 'secure-json-parse';

/** Why a body cannot be used; it goes into error messages, the body itself never does. */
export type BodyProblem = 'empty' | 'encoded' | 'too large' | 'not JSON';

/**
 * A body after reading: its JSON value and text, or what is wrong with it. `isCut` when parts that nest too deeply were
 * replaced by null. The start of a text that is not JSON is kept
 * for upstreams that explain a refusal in plain text. It must be redacted before it is shown or logged.
 */
export type ResponseBody =
  | { isJson: true; value: unknown; text: string; isCut?: true }
  | { isJson: false; problem: BodyProblem; text?: string };

/** Longer than any message that is shown. */
const KEPT_CHARACTERS = 4_000;

/**
 * Values that begin deeper are null: code that walks the value could overflow the stack. It is well above what a decoder
 * shows of a value of clients (`MAX_JSON_LEVELS`), so that each can see that such a value is too deep.
 */
const MAX_DEPTH = 80;

/** What a text has whose keys may reach a prototype; `\u00` begins an escape of ASCII. One expression: three searches take longer. */
const PROTOTYPE_HINT = /__proto__|constructor|\\u00/;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Parses JSON of an untrusted source. Keys that would reach a prototype are dropped, and of duplicate keys the
 * last one counts. What nests too deeply is null, so that it does not cost the rest of the answer. Numbers come as
 * `JSON.parse` gives them, so a number that is used as an id must be checked for lost digits.
 */
export function readJson(text: string): ResponseBody {
  if (text.trim() === '') return { isJson: false, problem: 'empty' };
  try {
    const value: unknown = mayNamePrototype(text)
      ? parse(text, { protoAction: 'remove', constructorAction: 'remove' })
      : JSON.parse(text);
    if (isTooDeep(text)) return { isJson: true, value: withoutDepths(value), text, isCut: true };
    return { isJson: true, value, text };
  } catch (error) {
    // The parser's message quotes the body, so it is dropped.
    if (error instanceof SyntaxError)
      return { isJson: false, problem: 'not JSON', text: text.slice(0, KEPT_CHARACTERS) };
    throw error;
  }
}

/** True when a text may have a key that reaches a prototype, also one with escapes. To look for it is faster than to parse. */
function mayNamePrototype(text: string): boolean {
  return PROTOTYPE_HINT.test(text);
}

/** The value with null in place of every object and list below the deepest level. It does not recurse. */
function withoutDepths(root: unknown): unknown {
  let level: unknown[] = typeof root === 'object' && root !== null ? [root] : [];
  for (let depth = 1; depth <= MAX_DEPTH; depth += 1) {
    const isDeepest = depth === MAX_DEPTH;
    const next: unknown[] = [];
    for (const container of level as Record<string, unknown>[]) {
      for (const [key, value] of Object.entries(container)) {
        if (typeof value !== 'object' || value === null) continue;
        if (isDeepest) container[key] = null;
        else next.push(value);
      }
    }
    level = next;
  }
  return root;
}

/** True when brackets nest deeper than allowed. It scans the text only, so it needs no memory, and skips over strings. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

/** Where the string that begins at `start` ends; the text has been parsed, so it does end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
}
