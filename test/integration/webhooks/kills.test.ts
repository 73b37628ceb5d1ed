import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededAccount, seededOrganization, startSimulator } from '../../../simulator/index.ts';
import { createReplicaClock } from '../../chaos/faults/clock.ts';
import { checkWebhooks, type WebhookEvent, webhookLine } from '../../chaos/webhooks/check.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { freePort, startMortalGateway, temporaryFolder } from '../../support/process.ts';
import { startReceiver } from '../../support/webhooks.ts';

const DEPLOYMENTS = 4;

const KILLS = 10;

/** How far the clocks of the processes are ahead that find the receiver down, one after the other. */
const DOWN_AT_S = [60, 120, 240, 480, 600];

/** The pause after the last failure is over by then. */
const UP_AT_S = 1_800;

const SOON = { timeout: 30_000 };

/** A gateway with the events of deployments that have ended, and a webhook that has not been told of any. */
async function bootWithLog(folder: string, env: Record<string, string> = {}) {
  await using started = new AsyncDisposableStack();
  const simulator = await startSimulator({ pace: 'fast' });
  started.defer(simulator.close);
  simulator.control.setCapacity(seededOrganization.id, DEPLOYMENTS);
  const receiver = started.use(await startReceiver());
  const gateway = started.use(
    await startMortalGateway({
      ...{ PORT: await freePort(), DATA_DIR: join(folder, 'data'), POLL_INTERVAL: '100ms' },
      ...{ QUANTCONNECT_BASE_URL: simulator.url, QUANTCDN_BASE_URL: simulator.quantCdnUrl },
      ...{ WEBHOOK_ALLOW_PRIVATE: 'true', ...env },
    }),
  );
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const { id } = await ada.post<{ id: string }>('/v1/webhooks', { url: receiver.url });
  const setDisabled = (isDisabled: boolean) =>
    ada.request(`/v1/webhooks/${id}`, { method: 'PATCH', body: JSON.stringify({ isDisabled }) });
  // Deploys are no subject of these tests: they end before the kills begin.
  await setDisabled(true);
  const taskId = await ada.createTask();
  for (let count = 0; count < DEPLOYMENTS; count += 1) await ada.deploy(taskId);

  const readLog = async (): Promise<(WebhookEvent & { status: string })[]> => {
    const { deploymentEvents } = await ada.ask<{
      deploymentEvents: { nodes: { id: string; status: string; deploymentId: string }[] };
    }>('{ deploymentEvents(after: "0", first: 500) { nodes { id status deploymentId } } }');
    return deploymentEvents.nodes.map(({ id: seq, deploymentId, status }) => ({
      ...{ owner: 'ada', seq: Number(seq), subject: deploymentId, status },
    }));
  };
  const ended = async () => (await readLog()).filter(({ status }) => status === 'COMPLETED').length;
  await expect.poll(ended, { timeout: 60_000 }).toBe(DEPLOYMENTS);
  const log = await readLog();

  /** The places of the messages that were answered with 204. */
  const taken = new Set<number>();
  let kills = 0;
  return {
    ...{ receiver, log, setDisabled },
    kill(): Promise<unknown> {
      kills += 1;
      return gateway.kill();
    },
    kills: () => kills,
    /** By the clock of the gateway, the first token has expired. */
    async signInAgain(): Promise<void> {
      await gateway.alive();
      await ada.signIn('ada@example.com');
    },
    /** By the clock of this process. */
    async nextTryInMs(): Promise<number> {
      const { nextTryAt } = (await (await ada.request(`/v1/webhooks/${id}`)).json()) as { nextTryAt: string };
      return Date.parse(nextTryAt) - Date.now();
    },
    take(response: ServerResponse, count: number): void {
      taken.add(count - 1);
      response.writeHead(204).end();
    },
    /** What the checker of the chaos run says. */
    line(): string {
      const received = receiver.received.map(({ headers, message: { data } }, index) => ({
        ...{ id: String(headers['webhook-id']), seq: Number(data.id), subject: String(data.deploymentId) },
        ...{ isTaken: taken.has(index), hasHole: data.missedAfter !== undefined },
      }));
      const use = { name: 'the receiver', owner: 'ada', position: 0, received };
      return webhookLine([use], checkWebhooks([use], log), kills);
    },
    resources: started.move(),
  };
}

test('a gateway that is killed during deliveries loses none: each event comes in order, and a repeated one has its id', {
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder();
  const { resources, ...running } = await bootWithLog(folder.path);
  await using _resources = resources;
  const { receiver, log } = running;
  /** The messages during which the process is killed: it has sent them, and has no answer. */
  const fatal = [2, 4];
  receiver.answer = (response, count) => {
    if (fatal.includes(count)) void running.kill();
    else running.take(response, count);
  };
  await running.setDisabled(false);

  await expect
    .poll(running.line, { timeout: 80_000 })
    .toMatch(/, 2 kills, 0 lost, 0 reordered, 0 with another id$/);
  const firstArrivals = [...new Set(receiver.received.map(({ message }) => Number(message.data.id)))];
  expect(firstArrivals).toEqual(log.map(({ seq }) => seq));
  expect(receiver.received.length).toBeGreaterThanOrEqual(log.length + fatal.length);
  for (const tries of Map.groupBy(receiver.received, ({ message }) => message.data.id).values())
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
});

test('a receiver that is down for ten minutes and a gateway killed ten times: 0 lost, 0 reordered', {
  timeout: 300_000,
}, async (context) => {
  await using folder = await temporaryFolder();
  const clock = createReplicaClock(folder.path, 'gateway');
  if (clock === undefined) return context.skip('libfaketime is not installed');
  const { resources, ...running } = await bootWithLog(folder.path, clock.env);
  await using _resources = resources;
  const { receiver, log } = running;
  receiver.answer = (response) => void response.destroy();
  await running.setDisabled(false);

  /** Due times run evenly in a process, whatever its clock says: each new one begins with the time that it finds. */
  const killAndGoOnAt = async (aheadS: number): Promise<void> => {
    clock.set(aheadS);
    await running.kill();
  };
  await expect.poll(() => receiver.received.length, SOON).toBeGreaterThan(0);
  for (const aheadS of DOWN_AT_S) {
    await killAndGoOnAt(aheadS);
    const tries = receiver.received.length;
    await expect.poll(() => receiver.received.length, SOON).toBeGreaterThan(tries);
  }
  // By its own time, the gateway has failed for ten minutes.
  await running.signInAgain();
  await expect.poll(running.nextTryInMs, SOON).toBeGreaterThan(600_000);
  const refused = receiver.received.length;
  receiver.answer = (response, count) => {
    if (running.kills() < KILLS && (count - refused) % 2 === 0) void running.kill();
    else running.take(response, count);
  };
  await killAndGoOnAt(UP_AT_S);

  await expect
    .poll(running.line, { timeout: 120_000 })
    .toMatch(new RegExp(`, ${KILLS} kills, 0 lost, 0 reordered, 0 with another id$`));
  expect(refused).toBeGreaterThan(DOWN_AT_S.length);
  expect(log.length).toBeGreaterThanOrEqual(2 * DEPLOYMENTS);
});
