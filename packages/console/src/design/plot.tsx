import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './plot.css';
import { type PlotShape, toData, toOptions, toTimeOf } from './plot-options.ts';

interface PlotProps extends PlotShape {
  /** What the plot says, for those who do not see it. */
  label: string;
}

/** A plot over time, or of things side by side. What is under the pointer is said below. Load it by `lazy`: uPlot is large. */
export default function Plot({ label, ...shape }: PlotProps): ReactNode {
  const { x, series, limit, kind = 'line', isStacked = false, height = 150 } = shape;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(shape);
  latest.current = shape;
  const [pointed, setPointed] = useState<number | null>(null);
  const theme = useThemeChanges();
  const look = `${kind} ${typeof x.values[0]} ${isStacked} ${height} ${limit?.name} ${series.map(({ name, color }) => name + color).join()} ${theme}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `look` stands for all that the options are made of
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(
      toOptions(element, () => latest.current, setPointed),
      toData(latest.current),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [look]);
  const data = useMemo(() => toData({ x, series, limit, isStacked }), [x, series, limit, isStacked]);
  useEffect(() => plot.current?.setData(data), [data]);

  const at = pointed === null ? undefined : x.values[pointed];
  return (
    <figure className="plot">
      <div ref={place} role="img" aria-label={label} />
      <figcaption className="plot-legend" aria-hidden="true">
        {at !== undefined && <strong>{typeof at === 'string' ? at : toTimeOf(kind)(at)}</strong>}
        {series.map(({ name, color, values }) => (
          <span key={name}>
            <i style={{ background: `var(${color})` }} /> {name}
            {at !== undefined && <b className="number">{values[pointed ?? 0]?.toLocaleString() ?? '–'}</b>}
          </span>
        ))}
        {limit !== undefined && (
          <span>
            <i className="is-dashed" /> {limit.name}
          </span>
        )}
      </figcaption>
    </figure>
  );
}

/** Counts the changes of the theme: a canvas does not follow them by itself. */
function useThemeChanges(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const changed = () => setCount((before) => before + 1);
    const media = matchMedia('(prefers-color-scheme: dark)');
    media.addEventListener('change', changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      media.removeEventListener('change', changed);
      observer.disconnect();
    };
  }, []);
  return count;
}
