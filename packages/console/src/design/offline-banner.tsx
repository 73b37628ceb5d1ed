import { type LiveStatus, useConnection } from '@quantgate/react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';

/** A break that is mended within this time is not shown. */
const PATIENCE_MS = 2_000;

/**
 * Says that what is shown may be old: the browser is offline, the gateway away, or live values have stopped.
 * @param live the state of the live values that the view shows
 */
export function OfflineBanner({ live, onRetry }: { live?: LiveStatus; onRetry?: () => void }): ReactNode {
  const [isOffline, setOffline] = useState(!navigator.onLine);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const read = () => setOffline(!navigator.onLine);
    addEventListener('online', read);
    addEventListener('offline', read);
    return () => {
      removeEventListener('online', read);
      removeEventListener('offline', read);
    };
  }, []);
  const isLost = useConnection() === 'LOST' && live === undefined;
  const isAway = isOffline || isLost || live === 'FAILED';
  useEffect(() => {
    if (!isAway) return setLate(false);
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isAway]);
  if (!isAway || !isLate) return null;
  return (
    <div className="notice tone-warn" role="status">
      <p>
        {isOffline
          ? 'This browser is offline. What you see may be old; it is brought up to date when the connection is back.'
          : isLost
            ? 'The gateway cannot be reached. What you see may be old; this page is connecting again.'
            : 'Live updates have stopped. What you see may be old.'}
      </p>
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
