import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { navigation } from '../routes.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import logo from './logo.svg';
import { OfflineBanner } from './offline-banner.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { useToast } from './toast.tsx';

/** Header, navigation and the place of a view. */
export function Layout({
  email,
  isAdmin,
  onSignOut,
  children,
}: {
  email: string | undefined;
  isAdmin: boolean;
  onSignOut: () => Promise<void>;
  children: ReactNode;
}): ReactNode {
  const [path] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [isSigningOut, setSigningOut] = useState(false);
  const main = useRef<HTMLElement>(null);
  const say = useToast();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view closes the navigation of a narrow page
  useEffect(() => setOpen(false), [path]);
  const signOut = () => {
    setSigningOut(true);
    onSignOut().catch((error: Error) => {
      setSigningOut(false);
      say(error.message, { isBad: true });
    });
  };
  return (
    <div className="layout">
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place of this page */}
      <a
        className="skip-link"
        href="#main"
        onClick={(event) => {
          // The page has a base, so the link alone would lead to another page.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header className="layout-header">
        <span className="menu-button">
          <Button
            kind="quiet"
            isIcon
            aria-label="Navigation"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? 'close' : 'menu'} />
          </Button>
        </span>
        <span className="brand">
          <img src={logo} alt="" width="24" height="24" />
          Quantgate
        </span>
        <div className="layout-tools">
          <span className="layout-email">{email}</span>
          <ThemeSwitch />
          <Button onClick={signOut} isBusy={isSigningOut}>
            Sign out
          </Button>
        </div>
      </header>
      <nav className={isOpen ? 'layout-nav is-open' : 'layout-nav'} aria-label="Console">
        <ul>
          {navigation
            .filter((one) => one.for !== 'admins' || isAdmin)
            .map((one) => (
              <li key={one.path}>
                <Link to={one.path} aria-current={isWithin(path, one.path) ? 'page' : undefined}>
                  <Icon name={one.name as IconName} />
                  {one.name}
                </Link>
              </li>
            ))}
        </ul>
      </nav>
      <main className="layout-main" id="main" ref={main} tabIndex={-1}>
        <OfflineBanner />
        {children}
      </main>
    </div>
  );
}

function isWithin(path: string, area: string): boolean {
  return path === area || (area !== '/' && path.startsWith(`${area}/`));
}
