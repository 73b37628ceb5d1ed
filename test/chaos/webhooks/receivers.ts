import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { createRandom } from '../../../simulator/random.ts';
import { between } from '../plan.ts';
import type { User } from '../user.ts';
import type { ReceivedMessage, WebhookUse } from './check.ts';

/** How receivers behave while faults happen, one after the other. */
const MANNERS = ['steady', 'slow', 'failing', 'dying'] as const;
type Manner = (typeof MANNERS)[number];

/** The share of messages that a slow receiver answers late, and a failing one refuses. */
const SHARE = { slow: 0.2, failing: 0.08 };

const SLOW_MS = [50, 600] as const;

/** A dying receiver is there and away in turn. */
const THERE_MS = [6_000, 15_000] as const;
const AWAY_MS = [1_000, 6_000] as const;

/** Tries to make a webhook before the faults begin. */
const MAKE_TRIES = 10;

export interface Receivers {
  uses: WebhookUse[];
  /** From now on every receiver takes every message. */
  calmDown(): void;
  close(): Promise<void>;
}

/** Makes a webhook for each user, before the faults begin, and starts its receiver. */
export async function startReceivers(url: string, users: readonly User[], seed: number): Promise<Receivers> {
  const started = await Promise.all(
    users.map((user, index) =>
      startReceiver(url, user, MANNERS[index % MANNERS.length] as Manner, seed + index),
    ),
  );
  return {
    uses: started.map(({ use }) => use),
    calmDown() {
      for (const receiver of started) receiver.calmDown();
    },
    close: async () => void (await Promise.all(started.map(({ close }) => close()))),
  };
}

async function startReceiver(url: string, user: User, manner: Manner, seed: number) {
  const random = createRandom(seed * 100_000 + 7);
  const received: ReceivedMessage[] = [];
  const calm = new AbortController();
  let isAway = false;

  const answer = async (message: ReceivedMessage, response: ServerResponse): Promise<void> => {
    const isCalm = calm.signal.aborted;
    if (!isCalm && manner === 'slow' && random.next() < SHARE.slow) await pause(between(random, ...SLOW_MS));
    // It dies with the message in its hands: nobody knows whether it was worked on.
    if (isAway) return void response.destroy();
    if (!isCalm && manner === 'failing' && random.next() < SHARE.failing)
      return void response.writeHead(random.next() < 0.5 ? 500 : 429).end();
    message.isTaken = true;
    response.writeHead(204).end();
  };

  const server = createServer(async (incoming, response) => {
    const message = await read(incoming).catch(() => undefined);
    if (message === undefined) return void response.destroy();
    received.push(message);
    await answer(message, response);
  });
  server.on('connection', (socket) => {
    if (isAway) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const comeAndGo = async (): Promise<void> => {
    while (manner === 'dying' && !calm.signal.aborted) {
      const [least, most] = isAway ? AWAY_MS : THERE_MS;
      const { signal } = calm;
      await pause(between(random, least, most), undefined, { signal }).catch(() => undefined);
      isAway = !isAway && !calm.signal.aborted;
      if (isAway) server.closeAllConnections();
    }
  };
  const going = comeAndGo();
  const hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${manner}`;
  const use: WebhookUse = {
    ...{ name: `the ${manner} receiver of ${user.email}`, owner: user.id, received },
    position: await makeWebhook(url, user, hook),
  };
  return {
    use,
    calmDown: () => calm.abort(),
    async close() {
      calm.abort();
      await going;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<ReceivedMessage> {
  let body = '';
  for await (const chunk of incoming) body += chunk;
  const { data } = JSON.parse(body) as { data: Record<string, string | undefined> };
  return {
    id: String(incoming.headers['webhook-id']),
    seq: Number(data.id),
    subject: data.deploymentId ?? data.taskListId ?? '',
    isTaken: false,
    hasHole: data.missedAfter !== undefined,
  };
}

/** @returns the position at which the webhook begins */
async function makeWebhook(url: string, user: User, hook: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const { statusCode, body } = await request(`${url}/v1/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await user.token()}` },
      body: JSON.stringify({ url: hook }),
    });
    const made = (await body.json()) as { position?: string };
    if (statusCode === 201) return Number(made.position);
    if (tries === MAKE_TRIES) throw new Error(`The webhook of ${user.email} was answered ${statusCode}`);
    await pause(1_000);
  }
}
