import type { ReactNode } from 'react';

/** Says that something is on its way. */
export function Loading({ label = 'Loading' }: { label?: string }): ReactNode {
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {label}…
    </div>
  );
}
