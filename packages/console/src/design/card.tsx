import { type ReactNode, useId } from 'react';

/** A part of a view with its heading. */
export function Card({
  title,
  actions,
  children,
}: {
  title?: ReactNode;
  /** Buttons beside the heading. */
  actions?: ReactNode;
  children: ReactNode;
}): ReactNode {
  const id = useId();
  if (title === undefined) return <section className="card">{children}</section>;
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-header">
        <h2 id={id}>{title}</h2>
        {actions !== undefined && <div className="row">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
