import { parse } from 'secure-json-parse';

/** Why a body is of no use; it goes into messages, the body itself never does. */
export type BodyProblem = 'empty' | 'encoded' | 'too large' | 'not JSON' | 'nested too deeply';

/**
 * A body after reading: its JSON value, or what is wrong with it. The beginning of a text that is not JSON comes
 * along for upstreams that say why they refuse in plain text; nobody shows or logs it unredacted.
 */
export type AnswerBody =
  | { isJson: true; value: unknown }
  | { isJson: false; problem: BodyProblem; text?: string };

/** Longer than any message that is shown. */
const KEPT_CHARACTERS = 4_000;

/** Deeper text is refused before it is parsed: what is built from it could overflow the stack elsewhere. */
const MAX_DEPTH = 64;

/** True when brackets nest deeper than allowed. Looks at the text only, so it costs no memory. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return false;
}

/**
 * Reads JSON that nobody vouches for: keys that would reach a prototype are dropped, of duplicate keys the
 * last wins (as everywhere in JavaScript), and numbers are as `JSON.parse` gives them, so whoever wants an
 * id from one checks that it is safe.
 */
export function readJson(text: string): AnswerBody {
  if (text.trim() === '') return { isJson: false, problem: 'empty' };
  if (isTooDeep(text)) return { isJson: false, problem: 'nested too deeply' };
  try {
    return { isJson: true, value: parse(text, { protoAction: 'remove', constructorAction: 'remove' }) };
  } catch (error) {
    // The parser's message quotes the body, so it goes no further than this.
    if (error instanceof SyntaxError)
      return { isJson: false, problem: 'not JSON', text: text.slice(0, KEPT_CHARACTERS) };
    throw error;
  }
}
