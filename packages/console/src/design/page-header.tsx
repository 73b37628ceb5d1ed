import type { ReactNode } from 'react';
import { useTitle } from './use-title.ts';

/** The heading of a view, which is also the title of the window. */
export function PageHeader({
  title,
  beside,
  actions,
}: {
  title: string;
  /** Such as a status. */
  beside?: ReactNode;
  /** Buttons, and the menu "Copy as". */
  actions?: ReactNode;
}): ReactNode {
  useTitle(title);
  return (
    <div className="page-header">
      <div className="row">
        <h1>{title}</h1>
        {beside}
      </div>
      {actions !== undefined && <div className="row">{actions}</div>}
    </div>
  );
}
