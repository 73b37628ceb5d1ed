import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import { levelOf } from '../../store/driver/unavailable.ts';
import type { WebhookRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import {
  claimWebhook,
  type DueWebhook,
  findDueWebhooks,
  releaseAllWebhooks,
  releaseWebhook,
} from '../../store/webhooks/claims.ts';
import { type Deliver, LEASE_MS } from './deliver.ts';

/** Delivers events to webhooks: any replica, one at a time for each webhook. */
export interface WebhookDeliverer {
  /** Delivers until stopped. */
  start(): Promise<void>;
  /** Delivers to every webhook that is due, once; resolves when that is done. */
  tick(): Promise<void>;
  /** Begins no further delivery, waits a moment for those under way, and gives the leases of the rest back. */
  stop(): Promise<void>;
}

export interface WebhookDelivererDeps {
  store: Store;
  clock: Clock;
  logger: Logger;
  deliver: Deliver;
}

/** Webhooks that are served at a time in one process, and those of one owner among them. */
const PLACES = 128;
const PLACES_OF_OWNER = 8;

/** How often webhooks that are due are looked for: how late the first message after a quiet time may be. */
const LOOK_MS = 500;

/** Pause of a webhook whose delivery could not be worked on, for instance because its secret cannot be opened. */
const TROUBLE_MS = 10_000;

/** How long `stop` waits for deliveries under way. */
const STOP_MS = 1_500;

export function createWebhookDeliverer({
  store,
  clock,
  logger,
  deliver,
}: WebhookDelivererDeps): WebhookDeliverer {
  const serving = new Map<string, { claimed: WebhookRow; done: Promise<void> }>();
  let stopping = new AbortController();
  let isStarted = false;
  let timer: Timer | undefined;
  /** The webhooks that found no place at the last look. */
  let isWaiting = false;

  const timeIn = (delayMs: number) => store.time(clock.evenMs(), delayMs);

  const heldBy = (ownerId: string): number =>
    [...serving.values()].filter(({ claimed }) => claimed.ownerId === ownerId).length;

  const serve = async (claimed: WebhookRow): Promise<void> => {
    try {
      const hasMore = await deliver(claimed, stopping.signal);
      // One that has more goes behind those that are due by now.
      await releaseWebhook(store.db, claimed, hasMore ? timeIn(0) : undefined);
    } catch (error) {
      logger[levelOf(error)](
        { err: error, webhookId: claimed.id },
        'webhook could not be served; retrying later',
      );
      await releaseWebhook(store.db, claimed, timeIn(TROUBLE_MS));
    }
  };

  /** Claims a webhook and begins to serve it. It does not wait for the end: a slow one must not hold up the next claim. */
  const begin = async ({ id }: DueWebhook): Promise<{ done: Promise<void> } | undefined> => {
    const times = { now: timeIn(0), leaseUntil: timeIn(LEASE_MS) };
    const claimed = await claimWebhook(store.db, id, { ...times, minFence: clock.now() });
    if (claimed === undefined) return undefined;
    const done = serve(claimed)
      .catch((error: unknown) =>
        logger[levelOf(error)](
          { err: error, webhookId: id },
          'lease of a webhook not released; it will expire',
        ),
      )
      .then(() => {
        serving.delete(id);
        if (isWaiting) schedule(0);
      });
    serving.set(id, { claimed, done });
    return { done };
  };

  /** Begins what is due and finds a place; owners with the fewest places go first. @returns what was begun */
  const beginDue = async (): Promise<Promise<void>[]> => {
    const due = await findDueWebhooks(store.db, {
      now: timeIn(0),
      perOwner: PLACES_OF_OWNER,
      limit: 2 * PLACES,
    });
    const begun: Promise<void>[] = [];
    isWaiting = false;
    const queue = due.filter(({ id }) => !serving.has(id));
    queue.sort((one, other) => heldBy(one.ownerId) - heldBy(other.ownerId));
    for (const webhook of queue) {
      if (serving.size >= PLACES || heldBy(webhook.ownerId) >= PLACES_OF_OWNER) {
        isWaiting = true;
        continue;
      }
      const served = await begin(webhook);
      if (served !== undefined) begun.push(served.done);
    }
    return begun;
  };

  const look = async (): Promise<void> => {
    timer = undefined;
    try {
      await beginDue();
    } catch (error) {
      logger[levelOf(error)]({ err: error }, 'webhooks that are due could not be looked for; retrying');
    }
    schedule(LOOK_MS);
  };

  const schedule = (delayMs: number): void => {
    if (!isStarted) return;
    timer?.cancel();
    timer = clock.after(delayMs, () => void look());
  };

  return {
    async start() {
      isStarted = true;
      stopping = new AbortController();
      // Without another process on the store, leases can only be those of a process that is gone.
      if (!store.isShared) await releaseAllWebhooks(store.db);
      schedule(0);
    },
    async tick() {
      await Promise.all(await beginDue());
    },
    async stop() {
      isStarted = false;
      timer?.cancel();
      stopping.abort();
      const underWay = [...serving.values()];
      await Promise.race([Promise.allSettled(underWay.map(({ done }) => done)), clock.sleep(STOP_MS)]);
      for (const { claimed } of serving.values()) await releaseWebhook(store.db, claimed);
    },
  };
}
