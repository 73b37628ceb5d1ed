import type { ReactNode } from 'react';
import { type Analysis, STATES } from './analysis.ts';
import { toneOf, wordsOf } from './words.ts';

/** How many tasks are in each state, as a bar and as buttons that make those of one state stand out. */
export function StateBar({
  counts,
  filter,
  onFilter,
}: {
  counts: Analysis['counts'];
  filter: string;
  onFilter: (state: string) => void;
}): ReactNode {
  const shown = STATES.filter((state) => counts[state] > 0 || state === filter);
  return (
    <div className="state-bar">
      <ShareBar parts={shown.map((state) => ({ key: state, tone: toneOf(state), count: counts[state] }))} />
      <fieldset className="row" aria-label="States">
        {shown.map((state) => (
          <button
            key={state}
            type="button"
            className={`state-chip is-${toneOf(state)}`}
            aria-pressed={filter === state}
            onClick={() => onFilter(filter === state ? '' : state)}
          >
            <span className="task-node-dot" />
            {wordsOf(state)} <span className="number">{counts[state].toLocaleString()}</span>
          </button>
        ))}
      </fieldset>
    </div>
  );
}

/** Parts of a whole side by side; what it says is said in words beside it. */
export function ShareBar({
  parts,
}: {
  parts: readonly { key: string; tone: string; count: number }[];
}): ReactNode {
  return (
    <div className="share-bar" aria-hidden="true">
      {parts
        .filter(({ count }) => count > 0)
        .map(({ key, tone, count }) => (
          <span key={key} className={`is-${tone} is-${key.toLowerCase()}`} style={{ flexGrow: count }} />
        ))}
    </div>
  );
}
