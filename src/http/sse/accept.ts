/** A media range of an `Accept` header. */
interface MediaRange {
  type: string;
  quality: number;
}

/**
 * Returns the offered media type that a request prefers (RFC 9110, 12.5.1); undefined when it accepts none. Of types
 * with equal quality, the one with the more specific range wins, then the one named first, then the one offered first.
 */
export function preferredType<T extends string>(
  accept: string | undefined,
  offered: readonly T[],
): T | undefined {
  const ranges = parse(accept ?? '*/*');
  const [best] = offered
    .map((type) => ({ type, ...findMatch(type, ranges) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || b.precision - a.precision || a.index - b.index);
  return best?.type;
}

function parse(accept: string): MediaRange[] {
  return accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, quality: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
  });
}

/** The most specific range that covers a type; quality 0 when none does. */
function findMatch(type: string, ranges: readonly MediaRange[]) {
  const candidates = ['*/*', `${type.split('/', 1)[0]}/*`, type];
  const [match] = ranges
    .map((range, index) => ({ quality: range.quality, index, precision: candidates.indexOf(range.type) }))
    .filter(({ precision }) => precision >= 0)
    .sort((a, b) => b.precision - a.precision);
  return match ?? { quality: 0, index: 0, precision: -1 };
}
