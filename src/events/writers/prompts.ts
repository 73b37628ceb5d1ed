import { GatewayError, rateLimited } from '../../errors.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import {
  cancelQueued,
  countQueued,
  findPrompt,
  insertPrompt,
  movePrompt,
  type PromptKey,
  promptsIn,
} from '../../store/deployments/prompts.ts';
import type { PromptRow, PromptState } from '../../store/schema/index.ts';
import type { Db } from '../../store/store.ts';
import { type Bus, messageStream } from '../bus.ts';
import type { EventLog } from '../log.ts';

/** What becomes of a prompt while the agent works; a deployment that is queued or whose status is unknown counts as working. */
export type OnBusy = 'send' | 'reject' | 'enqueue' | 'interrupt';

/** A prompt before it is known what becomes of it. */
export type OfferedPrompt = PromptKey & Pick<PromptRow, 'credentialId' | 'fromIndex'> & { text: string };

/** The only writer of prompts that wait or belong to a chat. */
export interface PromptWriter {
  /**
   * Decides in one transaction whether the caller is to send a prompt now; of two at once, one is. A prompt that was
   * offered before is decided as it was then.
   * @returns `QUEUED` when it was stored instead: the worker sends it
   * @throws GatewayError `CONFLICT` while the agent works, with `reject`; `RATE_LIMITED` when too many wait
   */
  admit(prompt: OfferedPrompt, onBusy: OnBusy): Promise<'SEND' | 'QUEUED'>;
  /** Notes what became of a prompt that was being sent. */
  settle(key: PromptKey, state: 'SENT' | 'REFUSED'): Promise<void>;
  /** The next prompt to send after the end of a run, or the one whose sending has begun; undefined when none is due. */
  takeNext(ownerId: string, deploymentId: string): Promise<PromptRow | undefined>;
  /** Cancels the prompts that wait for the end of the run. */
  cancel(ownerId: string, deploymentId: string): Promise<void>;
}

/** More prompts of one owner do not wait at a time. */
const MAX_QUEUED = 100;

/** The prompts that others have to wait for. */
const PENDING: readonly PromptState[] = ['RESERVED', 'SENDING', 'QUEUED'];

export interface PromptWriterDeps {
  eventLog: EventLog;
  bus: Bus;
  /** A request that was sent so long ago and has no outcome keeps no other from being sent. */
  reservationMs: number;
}

export function createPromptWriter({ eventLog, bus, reservationMs }: PromptWriterDeps): PromptWriter {
  /** Those who follow the messages ask what has become of it. */
  const announce = (ownerId: string, deploymentId: string): void =>
    bus.publish(messageStream(ownerId, deploymentId), 0);

  /** The prompts before others, without those whose sender has died. */
  const pending = async (tx: Db, ownerId: string, deploymentId: string): Promise<PromptRow[]> => {
    const rows = await promptsIn(tx, ownerId, [deploymentId], PENDING);
    if (rows.every(({ state }) => state !== 'RESERVED')) return rows;
    const sinceMs = (await eventLog.readTimeMs(tx)) - reservationMs;
    return rows.filter(({ state, changedAt }) => state !== 'RESERVED' || changedAt > sinceMs);
  };

  return {
    admit(prompt, onBusy) {
      const { ownerId, deploymentId, id, text } = prompt;
      return eventLog.write(ownerId, async (tx) => {
        const known = await findPrompt(tx, prompt);
        if (known !== undefined && known.state !== 'RESERVED' && known.state !== 'REFUSED') return 'QUEUED';
        const row = await findDeployment(tx, ownerId, deploymentId);
        const others = (await pending(tx, ownerId, deploymentId)).filter((other) => other.id !== id);
        const isBusy = row?.isTerminal === 0 || others.length > 0;
        const isQueued = isBusy && (onBusy === 'enqueue' || onBusy === 'interrupt');
        if (isBusy && onBusy === 'reject')
          throw new GatewayError(
            'CONFLICT',
            'The agent works; wait for its end, or say what to do by onBusy',
          );
        if (isQueued && onBusy === 'interrupt')
          await cancelQueued(tx, ownerId, deploymentId, eventLog.time());
        if (isQueued && (await countQueued(tx, ownerId)) >= MAX_QUEUED)
          throw rateLimited(`No more than ${MAX_QUEUED} prompts wait at a time`, 15);
        const state = isQueued ? 'QUEUED' : 'RESERVED';
        const kept = isQueued ? text : null;
        await insertPrompt(tx, { ...prompt, state, text: kept, changedAt: eventLog.time() });
        await movePrompt(tx, prompt, ['RESERVED', 'REFUSED'], state, eventLog.time(), kept);
        return isQueued ? 'QUEUED' : 'SEND';
      });
    },

    async settle(key, state) {
      await eventLog.write(key.ownerId, (tx) => movePrompt(tx, key, PENDING, state, eventLog.time()));
      announce(key.ownerId, key.deploymentId);
    },

    takeNext(ownerId, deploymentId) {
      return eventLog.write(ownerId, async (tx) => {
        const row = await findDeployment(tx, ownerId, deploymentId);
        if (row === undefined || row.isDeleted || row.isTerminal === 0) return undefined;
        const rows = await pending(tx, ownerId, deploymentId);
        if (rows.some(({ state }) => state === 'RESERVED')) return undefined;
        const next = rows.find(({ state }) => state === 'SENDING') ?? rows[0];
        if (next !== undefined) await movePrompt(tx, next, ['QUEUED'], 'SENDING', eventLog.time());
        return next;
      });
    },

    async cancel(ownerId, deploymentId) {
      const hasCancelled = await eventLog.write(ownerId, (tx) =>
        cancelQueued(tx, ownerId, deploymentId, eventLog.time()),
      );
      if (hasCancelled) announce(ownerId, deploymentId);
    },
  };
}
