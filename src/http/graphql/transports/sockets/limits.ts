import type { OperationTypeNode } from 'graphql';
import { GatewayError } from '../../../../errors.ts';

type OperationType = `${OperationTypeNode}`;

/**
 * Subscriptions have one limit, queries and mutations together another, so a socket with the maximum number of
 * subscriptions can still run a query.
 */
type OperationKind = 'subscription' | 'request';

function kindOf(type: OperationType): OperationKind {
  return type === 'subscription' ? type : 'request';
}

/** The operations of one socket that have started and not ended, by id. */
export interface RunningOperations {
  /**
   * Adds an operation.
   * @param active an object whose keys are the ids that the client has not completed. An operation that is missing
   * there may still be closing, but no longer counts
   * @throws GatewayError `RATE_LIMITED` when the socket has too many active operations of this kind
   */
  add(id: string, type: OperationType, active: object): void;
  remove(id: string): void;
  subscriptions(): number;
  /** True for an operation that was added and has not ended. */
  has(id: string): boolean;
  /** Queries and mutations that are not answered. */
  unanswered(): { id: string; type: OperationType }[];
  /** Calls back when no query or mutation is running, at once if that is so already. */
  onceAnswered(callback: () => void): void;
}

/** @param maxPerKind how many operations of each kind may be active at a time */
export function createRunningOperations(maxPerKind: number): RunningOperations {
  const running = new Map<string, OperationType>();
  let waiting: (() => void)[] = [];
  const callIfAnswered = (): void => {
    if ([...running.values()].some((type) => kindOf(type) === 'request')) return;
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };
  return {
    add(id, type, active) {
      const kind = kindOf(type);
      const ofKind = [...running].filter(
        ([other, otherType]) => kindOf(otherType) === kind && other in active,
      );
      if (ofKind.length >= maxPerKind) {
        throw new GatewayError('RATE_LIMITED', `Too many ${kind}s on this socket`);
      }
      running.set(id, type);
    },
    remove(id) {
      running.delete(id);
      callIfAnswered();
    },
    has: (id) => running.has(id),
    subscriptions: () => [...running.values()].filter((type) => type === 'subscription').length,
    unanswered: () =>
      [...running].map(([id, type]) => ({ id, type })).filter(({ type }) => kindOf(type) === 'request'),
    onceAnswered(callback) {
      waiting.push(callback);
      callIfAnswered();
    },
  };
}
