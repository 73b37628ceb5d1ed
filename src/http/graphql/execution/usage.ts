import type { UpstreamAllowance } from '../../../domain/upstream-call.ts';
import { GatewayError } from '../../../errors.ts';
import type { Turns } from '../../../lib/limit/turns.ts';

/** Limits of what an operation does while it runs (docs/operate/configuration.md, GraphQL). */
export interface OperationLimits {
  /** Objects that it resolves. */
  maxNodes: number;
  /** Calls that are made upstream for it. */
  maxUpstreamCalls: number;
  /** The size of its answer as JSON, in bytes. */
  maxResponseBytes: number;
}

/** What an operation, or one event of a subscription, has used. Above a limit everything that is left of it is refused. */
export interface Usage {
  /** Counts objects that are about to be resolved. @throws GatewayError `GRAPHQL_LIMIT_EXCEEDED` */
  addNodes(count: number): void;
  /** Counts bytes that the answer will have at least. @throws GatewayError `GRAPHQL_LIMIT_EXCEEDED` */
  addBytes(count: number): void;
  /** The least size of the answer so far, in bytes. */
  bytes(): number;
  upstreamCalls: UpstreamAllowance;
  /** When the work on what was counted last may begin; undefined for at once. */
  pause(): Promise<void> | undefined;
  /** Resolves in a turn of the event loop that is the operation's own. */
  takeTurn(): Promise<void>;
  /** The refusal of the operation, once a limit is exceeded. */
  refusal(): GatewayError | undefined;
}

/** Objects that are resolved in one turn of the event loop: about a millisecond of work. */
const NODES_PER_TURN = 250;

/** @param ownerId whose turns the operation takes when it is long */
export function createUsage(limits: OperationLimits, turns: Turns, ownerId: string): Usage {
  let nodes = 0;
  let bytes = 0;
  let calls = 0;
  let refusal: GatewayError | undefined;
  /** How many turns the counted objects need, and the promise of the last of them. */
  let neededTurns = 0;
  let lastTurn: Promise<void> | undefined;

  const refuse = (what: string): GatewayError => {
    refusal ??= new GatewayError(
      'GRAPHQL_LIMIT_EXCEEDED',
      `${what}. What the operation changed before stays changed`,
    );
    return refusal;
  };

  return {
    addNodes(count) {
      nodes += count;
      if (nodes > limits.maxNodes)
        throw refuse(`The operation resolves more than ${limits.maxNodes} objects`);
    },
    addBytes(count) {
      bytes += count;
      if (bytes > limits.maxResponseBytes) throw refuse(tooLarge(limits));
    },
    bytes: () => bytes,
    upstreamCalls: {
      take(isChange) {
        calls += 1;
        // A change is made once it has begun, so that what belongs to it is stored.
        if (calls > limits.maxUpstreamCalls && !isChange)
          throw refuse(`The operation makes more than ${limits.maxUpstreamCalls} calls upstream`);
      },
    },
    pause() {
      const turn = Math.floor(nodes / NODES_PER_TURN);
      if (turn > neededTurns && refusal === undefined) {
        neededTurns = turn;
        const mine = (lastTurn ?? Promise.resolve()).then(() => turns.next(ownerId));
        lastTurn = mine;
        void mine.then(() => {
          if (lastTurn === mine) lastTurn = undefined;
        });
      }
      return lastTurn;
    },
    takeTurn: () => turns.next(ownerId),
    refusal: () => refusal,
  };
}

/** The refusal of an answer whose size was found out after it was made. */
export function responseTooLarge(limits: OperationLimits): GatewayError {
  return new GatewayError('GRAPHQL_LIMIT_EXCEEDED', tooLarge(limits));
}

function tooLarge({ maxResponseBytes }: OperationLimits): string {
  return `The answer is larger than ${maxResponseBytes} bytes; ask for less`;
}
