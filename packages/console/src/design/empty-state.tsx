import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

/** Says that there is nothing, and what to do about it. */
export function EmptyState({
  title,
  icon,
  children,
  actions,
}: {
  title: string;
  icon?: IconName;
  children?: ReactNode;
  actions?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      {icon !== undefined && (
        <span className="empty-mark">
          <Icon name={icon} size={22} />
        </span>
      )}
      <h2>{title}</h2>
      {children !== undefined && <p className="empty-text">{children}</p>}
      {actions !== undefined && <div className="row">{actions}</div>}
    </div>
  );
}
