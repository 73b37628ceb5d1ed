import { Component, type ReactNode, useEffect } from 'react';
import { gatewayPath } from '../page-facts.ts';
import { Failure } from './failure.tsx';
import { Loading } from './loading.tsx';

/** How often it is asked whether the gateway is back. */
const ASK_EVERY_MS = 2_000;

/** A file that is missing again so soon after the page was loaded again is not waited for. */
const AGAIN_MS = 30_000;
const RELOADED_AT = 'quantgate.reloadedAt';

/**
 * Shows the failure of a view in its place; the navigation goes on working. A view of which a file could not be loaded, because
 * the gateway is away or was replaced by another version, comes back by itself: the page is loaded again once the gateway answers.
 */
export class ErrorBoundary extends Component<
  { children: ReactNode },
  { error: unknown; hasFailed: boolean }
> {
  override state = { error: undefined as unknown, hasFailed: false };

  static getDerivedStateFromError(error: unknown): { error: unknown; hasFailed: boolean } {
    return { error, hasFailed: true };
  }

  override render(): ReactNode {
    const { error, hasFailed } = this.state;
    if (!hasFailed) return this.props.children;
    if (isMissingFile(error) && !wasJustReloaded()) return <ReloadWhenBack />;
    return <Failure error={error} onRetry={() => location.reload()} />;
  }
}

/** True for the errors by which browsers, and Vite for styles, say that a file of a view could not be loaded. */
function isMissingFile(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|importing a module script failed|preload CSS/i.test(error.message)
  );
}

function wasJustReloaded(): boolean {
  return Date.now() - Number(sessionStorage.getItem(RELOADED_AT)) < AGAIN_MS;
}

function ReloadWhenBack(): ReactNode {
  useEffect(() => {
    const leaving = new AbortController();
    const ask = async (): Promise<void> => {
      const isBack = await fetch(`${gatewayPath}/healthz`, {
        signal: leaving.signal,
        cache: 'no-store',
      }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (!isBack) return;
      sessionStorage.setItem(RELOADED_AT, String(Date.now()));
      location.reload();
    };
    const timer = setInterval(() => void ask(), ASK_EVERY_MS);
    return () => {
      clearInterval(timer);
      leaving.abort();
    };
  }, []);
  return <Loading label="A part of this page could not be loaded: waiting for the gateway" />;
}
