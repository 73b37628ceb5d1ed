import type { ReactNode } from 'react';

/** Tasks by their titles, each of which chooses it; those of other lists by their ids. */
export function TaskNames({
  ids,
  titles,
  onChoose,
  max = 12,
}: {
  ids: readonly string[];
  titles: ReadonlyMap<string, string>;
  onChoose: (id: string) => void;
  /** More are only counted. */
  max?: number;
}): ReactNode {
  if (ids.length === 0) return <span className="muted">–</span>;
  return (
    <ul className="task-names">
      {ids.slice(0, max).map((id) => (
        <li key={id}>
          {titles.has(id) ? (
            <button type="button" className="link" onClick={() => onChoose(id)}>
              {titles.get(id)}
            </button>
          ) : (
            <span title={id}>
              outside this list: <code>{id.slice(0, 8)}</code>
            </span>
          )}
        </li>
      ))}
      {ids.length > max && <li className="muted">and {(ids.length - max).toLocaleString()} more</li>}
    </ul>
  );
}
