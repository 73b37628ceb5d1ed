/** A pending timer. */
export interface Timer {
  cancel(): void;
}

/** What the client takes from the browser or from Node.js; tests and other platforms may pass their own. */
export interface Environment {
  fetch: typeof globalThis.fetch;
  WebSocket: typeof globalThis.WebSocket;
  /** Milliseconds since the epoch. */
  now(): number;
  after(delayMs: number, task: () => void): Timer;
  /** From 0 up to 1. */
  random(): number;
  uuid(): string;
  /** The locks that all tabs of a page share (Web Locks API); without them only this client is waited for. */
  locks?: Pick<LockManager, 'request'> | undefined;
  /** What all tabs of a page share. */
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
}

/** The environment of this program. `WebSocket` is there from Node.js 22 on. */
export function defaultEnvironment(): Environment {
  return {
    fetch: (...request) => globalThis.fetch(...request),
    WebSocket: globalThis.WebSocket,
    now: () => Date.now(),
    after(delayMs, task) {
      const handle = setTimeout(task, delayMs);
      return { cancel: () => clearTimeout(handle) };
    },
    random: () => Math.random(),
    uuid: () => globalThis.crypto.randomUUID(),
    locks: globalThis.navigator?.locks,
    // A page that may not use the storage throws on access.
    storage: attempt(() => globalThis.localStorage),
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Resolves after `delayMs`, or rejects with the signal's reason when it is aborted first. */
export function sleep({ after }: Environment, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
