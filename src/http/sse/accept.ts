/** A media range of an `Accept` header. */
interface MediaRange {
  type: string;
  quality: number;
}

/**
 * Which of the offered media types a request prefers (RFC 9110, 12.5.1); undefined when it takes none. Among
 * equals the one that is named more precisely wins, then the one named first, then the one offered first.
 */
export function preferredType<T extends string>(
  accept: string | undefined,
  offered: readonly T[],
): T | undefined {
  const ranges = parse(accept ?? '*/*');
  const [best] = offered
    .map((type) => ({ type, ...matchOf(type, ranges) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || b.precision - a.precision || a.place - b.place);
  return best?.type;
}

function parse(accept: string): MediaRange[] {
  return accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return { type, quality: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
  });
}

/** The most precise range a type falls into. */
function matchOf(type: string, ranges: readonly MediaRange[]) {
  const spellings = ['*/*', `${type.split('/', 1)[0]}/*`, type];
  const [match] = ranges
    .map((range, place) => ({ quality: range.quality, place, precision: spellings.indexOf(range.type) }))
    .filter(({ precision }) => precision >= 0)
    .sort((a, b) => b.precision - a.precision);
  return match ?? { quality: 0, place: 0, precision: -1 };
}
