import uPlot from 'uplot';

/** In seconds. */
const HALF_DAY = 43_200;

/** What is drawn, a value for each place of the horizontal axis. */
export interface PlotSeries {
  name: string;
  /** A color of `tokens.css`. */
  color: `--${string}`;
  values: readonly (number | null)[];
}

export interface PlotShape {
  /** Times in seconds since 1970, growing; or the names of things side by side. */
  x: { values: readonly number[] } | { values: readonly string[] };
  series: readonly PlotSeries[];
  /** @default 'line' */
  kind?: 'line' | 'bars';
  /** Whether the values are drawn on top of each other. */
  isStacked?: boolean;
  /** A value that is drawn as a dashed line: a limit. */
  limit?: { name: string; value: number } | undefined;
  /** @default 150 */
  height?: number;
}

/** The columns of uPlot. What is stacked lies over each other with the longer ones behind, so those come first. */
export function toData({ x, series, limit, isStacked }: PlotShape): uPlot.AlignedData {
  const places = x.values.map((value, index) => (typeof value === 'string' ? index : value));
  const values = series.map((one) => one.values);
  const drawn = isStacked ? values.map((_, last) => sumsUpTo(values, last)).reverse() : values;
  const limits = limit === undefined ? [] : [places.map(() => limit.value)];
  return [places, ...drawn, ...limits] as unknown as uPlot.AlignedData;
}

function sumsUpTo(values: readonly (readonly (number | null)[])[], last: number): number[] {
  const below = values.slice(0, last + 1);
  return (below[0] ?? []).map((_, index) => below.reduce((sum, one) => sum + (one[index] ?? 0), 0));
}

/**
 * @param read what is drawn at the time of the call: a plot outlives changes of its values
 * @param onPoint is told the place under the pointer, and null when there is none
 */
export function toOptions(
  element: HTMLElement,
  read: () => PlotShape,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const { series, limit, kind = 'line', isStacked = false, height = 150 } = read();
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--text-muted'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: color('--border'), width: 1 },
    ticks: { show: false },
  };
  const drawn = (isStacked ? series.toReversed() : series).map((one) => ({
    label: one.name,
    stroke: color(one.color),
    width: 2,
    points: { show: false },
    ...(kind === 'bars' && {
      fill: color(one.color),
      width: 0,
      paths: uPlot.paths.bars?.({ size: [0.65, 44], radius: isStacked ? 0 : 0.1 }),
    }),
  }));
  const dashed = {
    label: limit?.name ?? '',
    stroke: color('--tone-warn-dot'),
    width: 1.5,
    dash: [5, 4],
    points: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    // Room for one half of the last time.
    padding: [null, kind === 'line' ? 30 : null, null, null],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
    scales: {
      y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] },
      ...toScale(read, kind),
    },
    axes: [
      { ...axis, size: 26, ...toAxis(read, kind) },
      { ...axis, size: 46, values: (_plot, ticks) => ticks.map(toShort) },
    ],
    series: [{}, ...drawn, ...(limit === undefined ? [] : [dashed])],
  };
}

/** Room for the first and the last bar, which stand for a day each where they are over time. */
function toScale(read: () => PlotShape, kind: 'line' | 'bars'): { x?: uPlot.Scale } {
  if (isNamed(read())) return { x: { time: false, range: () => [-0.6, slotsOf(read().x.values) - 0.4] } };
  return kind === 'bars' ? { x: { range: (_plot, min, max) => [min - HALF_DAY, max + HALF_DAY] } } : {};
}

function toAxis(read: () => PlotShape, kind: 'line' | 'bars'): Partial<uPlot.Axis> {
  if (isNamed(read()))
    return {
      grid: { show: false },
      splits: () => read().x.values.map((_, index) => index),
      values: ({ width }, places) => namesWithRoom(read().x.values as readonly string[], places, width),
    };
  const toTime = toTimeOf(kind);
  return {
    space: kind === 'bars' ? 60 : 80,
    values: (_plot, ticks) => ticks.map(toTime).map(blankIfRepeated),
  };
}

/** Marks within one second would all say the same. */
const blankIfRepeated = (name: string, index: number, all: readonly string[]): string =>
  name === all[index - 1] ? '' : name;

const isNamed = ({ x: { values } }: PlotShape): boolean => typeof values[0] === 'string';

/** A few bars are not as wide as the plot. */
function slotsOf(places: readonly unknown[]): number {
  return Math.max(places.length, 8);
}

/** As many names as there is room for, the others empty. */
function namesWithRoom(names: readonly string[], places: readonly number[], width: number): string[] {
  const step = Math.ceil((100 * slotsOf(places)) / width);
  const short = (name: string) => (name.length > 12 ? `${name.slice(0, 11)}…` : name);
  return places.map((place, index) => (index % step === 0 ? short(names[place] ?? '') : ''));
}

const SHORT = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const toShort = (value: number): string => SHORT.format(value);

/** Lines are over the hours of the reader; bars stand for days of UTC. */
export function toTimeOf(kind: 'line' | 'bars'): (seconds: number) => string {
  if (kind === 'line') return (seconds) => new Date(seconds * 1_000).toLocaleTimeString();
  return (seconds) =>
    new Date(seconds * 1_000).toLocaleDateString(undefined, {
      month: 'short',
      day: 'numeric',
      timeZone: 'UTC',
    });
}
