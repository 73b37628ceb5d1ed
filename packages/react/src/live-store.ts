import { isQuantgateError, type QuantgateError } from '@quantgate/client';

/** How a live value stands. `PAUSED`: the page is hidden; it goes on from where it was. */
export type LiveStatus = 'LOADING' | 'LIVE' | 'PAUSED' | 'ENDED' | 'FAILED';

/** A value that stays live, and how that stands. */
export interface Live<Value> {
  value: Value;
  status: LiveStatus;
  /** Why it has failed; undefined otherwise. */
  error: QuantgateError | Error | undefined;
}

/** A live value that components share; it is fed while at least one of them shows it and the page can be seen. */
export interface LiveStore<Value> {
  get(): Live<Value>;
  subscribe(listener: () => void): () => void;
  /** Feeds it again from the beginning; until then it keeps its value. A feed that has ended or failed starts anew. */
  restart(): void;
}

/** When a page is hidden, and when it can be seen again. */
export interface Visibility {
  isHidden(): boolean;
  subscribe(listener: () => void): () => void;
}

/** That of the document; a program without one is always seen. */
const documentVisibility: Visibility = {
  isHidden: () => typeof document !== 'undefined' && document.hidden,
  subscribe(listener) {
    if (typeof document === 'undefined') return () => undefined;
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  },
};

/** A component that is mounted again within this time, as under StrictMode or by a route, finds its feed running. */
const KEEP_MS = 1_000;

/**
 * Makes a live value.
 * @param feed reads until the signal aborts or the feed has ended; it is called again when a paused page is seen again, and
 * must go on from where it was
 */
export function createLiveStore<Value>(
  initial: Value,
  feed: (update: (change: (value: Value) => Value) => void, signal: AbortSignal) => Promise<void>,
  visibility: Visibility = documentVisibility,
): LiveStore<Value> {
  let state: Live<Value> = { value: initial, status: 'LOADING', error: undefined };
  const listeners = new Set<() => void>();
  let running: AbortController | undefined;
  let stopTimer: ReturnType<typeof setTimeout> | undefined;
  let stopWatching: (() => void) | undefined;

  const set = (change: Partial<Live<Value>>): void => {
    state = { ...state, ...change };
    for (const listener of [...listeners]) listener();
  };

  const run = (): void => {
    if (running !== undefined || state.status === 'ENDED') return;
    const own = new AbortController();
    running = own;
    const update = (change: (value: Value) => Value): void => {
      if (running === own) set({ value: change(state.value), status: 'LIVE', error: undefined });
    };
    feed(update, own.signal).then(
      () => running === own && set({ status: 'ENDED' }),
      (error: unknown) => {
        if (running !== own) return;
        set({ status: 'FAILED', error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
  };

  const halt = (status: LiveStatus): void => {
    const stopped = running;
    running = undefined;
    stopped?.abort(new Error('not shown'));
    if (state.status === 'LIVE' || state.status === 'LOADING') set({ status });
  };

  const onVisibility = (): void => {
    if (visibility.isHidden()) halt('PAUSED');
    else if (listeners.size > 0) {
      if (state.status === 'PAUSED') set({ status: 'LOADING' });
      run();
    }
  };

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      clearTimeout(stopTimer);
      stopWatching ??= visibility.subscribe(onVisibility);
      // A feed that had failed is tried again by the next component that shows it.
      if (listeners.size === 1 && state.status === 'FAILED') {
        running = undefined;
        state = { ...state, status: 'LOADING', error: undefined };
      }
      if (!visibility.isHidden()) run();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(stopTimer);
        stopTimer = setTimeout(() => {
          if (listeners.size > 0) return;
          halt('PAUSED');
          stopWatching?.();
          stopWatching = undefined;
        }, KEEP_MS);
      };
    },
    restart() {
      halt(state.status);
      set({ status: visibility.isHidden() ? 'PAUSED' : 'LOADING', error: undefined });
      if (listeners.size > 0 && !visibility.isHidden()) run();
    },
  };
}

/** True when signing in is what helps. */
export function isSignedOut(error: unknown): boolean {
  return isQuantgateError(error, 'SIGNED_OUT', 'UNAUTHENTICATED');
}
