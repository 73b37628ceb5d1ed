import { GatewayError } from '../../../../errors.ts';

/** Each kind has its own limit, so a socket with the maximum number of subscriptions can still run a query. */
export type OperationKind = 'subscription' | 'request';

/** The operations of one socket that have started and not ended, by the id that the client chose. */
export interface RunningOperations {
  has(id: string): boolean;
  /**
   * Adds an operation.
   * @param active an object whose keys are the ids that the client has not completed. An operation that is missing
   * there may still be closing, but no longer counts
   * @throws GatewayError `RATE_LIMITED` when the socket has too many active operations of this kind
   */
  add(id: string, kind: OperationKind, active: object): void;
  remove(id: string): void;
  /** Calls back when no query or mutation is running, at once if that is so already. */
  onceAnswered(callback: () => void): void;
}

/** @param maxPerKind how many operations of each kind may be active at a time */
export function createRunningOperations(maxPerKind: number): RunningOperations {
  const running = new Map<string, OperationKind>();
  let waiting: (() => void)[] = [];
  const callIfAnswered = (): void => {
    if ([...running.values()].includes('request')) return;
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };
  return {
    has: (id) => running.has(id),
    add(id, kind, active) {
      const ofKind = [...running].filter(([other, otherKind]) => otherKind === kind && other in active);
      if (ofKind.length >= maxPerKind) {
        throw new GatewayError('RATE_LIMITED', `Too many ${kind}s on this socket`);
      }
      running.set(id, kind);
    },
    remove(id) {
      running.delete(id);
      callIfAnswered();
    },
    onceAnswered(callback) {
      waiting.push(callback);
      callIfAnswered();
    },
  };
}
