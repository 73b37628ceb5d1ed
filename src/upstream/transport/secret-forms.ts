/** Characters that HTML writes by name; it may write every character by number. */
const NAMED_ENTITIES: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' };

/** A shorter secret is looked for as a whole word only; it may be a part of any other. */
const SHORT = 8;

/**
 * Patterns that match a secret as it is, each of its characters escaped as in JSON, URLs or HTML, in any case of letters,
 * its bytes in hexadecimal, and its bytes within a text in base64. Each takes time that grows with the text only.
 */
export function formsOf(secret: string): RegExp[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const written = (secret.match(/\\+|[^\\]/gu) ?? []).map(writtenAs).join('');
  const [before, after] = secret.length < SHORT ? ['(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])'] : ['', ''];
  return [
    new RegExp(`${before}${written}${after}`, 'giu'),
    ...(bytes.length < SHORT ? [] : [new RegExp(bytes.toString('hex'), 'gi'), ...base64Forms(bytes)]),
  ];
}

/** One character, as it is or escaped, or a run of backslashes, of which each escape makes more. */
function writtenAs(character: string): string {
  // Only from its beginning, or each part of a long run would be tried.
  if (character.startsWith('\\')) return '(?<!\\\\)(?:\\\\+|(?:%(?:25)?5c)+)';
  const percent = [...Buffer.from(character)].map((byte) => `%(?:25)?${hex(byte, 2)}`).join('');
  const units = Array.from(
    { length: character.length },
    (_, at) => `\\\\{1,4}u${hex(character.charCodeAt(at), 4)}`,
  );
  const code = character.codePointAt(0) ?? 0;
  const entity = NAMED_ENTITIES[character];
  const forms = [
    `\\\\{0,4}${literal(character)}`,
    units.join(''),
    percent,
    `&#0{0,4}${code};`,
    `&#x0{0,4}${hex(code, 1)};`,
    ...(entity === undefined ? [] : [`&${entity};`]),
    ...(character === ' ' ? ['\\+'] : []),
  ];
  return `(?:${forms.join('|')})`;
}

/** The bytes in base64: of the three ways in which they can be divided, the characters that depend on them alone. */
function base64Forms(bytes: Buffer): RegExp[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const own = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    const characters = [...own].map((character) => BASE64[character] ?? character);
    return new RegExp(`${characters.join('')}[\\w+/-]{0,2}={0,2}`, 'g');
  });
}

/** Characters of base64 that its form for URLs, or an escape, writes otherwise. */
const BASE64: Record<string, string> = { '+': '(?:[+-]|%2[Bb])', '/': '(?:\\\\{0,4}[/_]|%2[Ff])' };

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function literal(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}
