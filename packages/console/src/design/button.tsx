import type { ComponentProps, ReactNode } from 'react';
import { Link } from 'wouter';

type Kind = 'normal' | 'primary' | 'danger' | 'quiet';

interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  /** @default 'normal' */
  kind?: Kind;
  /** Its work is under way: it cannot be pressed, and says so. */
  isBusy?: boolean;
  /** As wide as what is around it. */
  isWide?: boolean;
  /** A square for an icon alone; give it an `aria-label`. */
  isIcon?: boolean;
}

/** Does something. What leads to another view is a `ButtonLink`. */
export function Button({
  kind = 'normal',
  isBusy = false,
  isWide = false,
  isIcon = false,
  type = 'button',
  disabled,
  children,
  ...rest
}: ButtonProps): ReactNode {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={classOf(kind, isWide, isIcon)}
    >
      {isBusy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}

/** A link to another view, by its path below `/console`, that looks like a button. */
export function ButtonLink({
  to,
  kind = 'normal',
  children,
}: {
  to: string;
  kind?: Kind;
  children: ReactNode;
}): ReactNode {
  return (
    <Link to={to} className={classOf(kind, false, false)}>
      {children}
    </Link>
  );
}

function classOf(kind: Kind, isWide: boolean, isIcon: boolean): string {
  return ['button', kind !== 'normal' && kind, isWide && 'wide', isIcon && 'icon'].filter(Boolean).join(' ');
}
