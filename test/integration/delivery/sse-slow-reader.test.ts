import { expect, test } from 'vitest';
import { createFlood, floodUntilStuck, watchResponses } from '../../support/flood.ts';
import { bootGateway } from '../../support/gateway.ts';
import { heldBytes } from '../../support/held-memory.ts';
import { idsOfLog } from '../../support/log.ts';
import { openEvents } from '../../support/sse-client.ts';

const COUNT = 100_000;
const LIMIT_BYTES = 5 * 1024 * 1024;

const SUBSCRIPTION = {
  query:
    'subscription ($id: ID) { event: deploymentEvents(deploymentId: $id, after: "0") { id rawStatus reason } }',
};

const transports: [string, (url: string, token: string, id: string) => ReturnType<typeof openEvents>][] = [
  ['events', (url, token, id) => openEvents(`${url}/v1/deployments/${id}/events`, token)],
  [
    'graphql',
    (url, token, id) =>
      openEvents(`${url}/graphql/stream`, token, { body: { ...SUBSCRIPTION, variables: { id } } }),
  ],
];

test.each(transports)(
  `%s: a stalled reader of ${COUNT} events costs under 5 MB and gets all, in order`,
  {
    timeout: 180_000,
  },
  async (name, open) => {
    await using gateway = await bootGateway({ polls: false, env: { LOG_LEVEL: 'silent' } });
    const ada = await gateway.signUpWithCredential();
    const id = await ada.deploy(await ada.createTask());
    const flood = await createFlood(gateway, ada, id);
    const responses = watchResponses(gateway);
    await using stream = await open(gateway.url, ada.tokens.accessToken, id);
    await stream.next();
    stream.response.pause();
    await floodUntilStuck(flood, () => responses[0]);

    const before = await heldBytes();
    await flood(COUNT);
    const grown = (await heldBytes()) - before;
    expect(responses[0]?.writableNeedDrain).toBe(true);
    console.log(
      `${name}: ${COUNT} events behind a stalled reader: ${(grown / 1024 / 1024).toFixed(2)} MB of heap and external, ` +
        `${responses[0]?.writableLength} bytes unsent`,
    );
    expect(grown).toBeLessThan(LIMIT_BYTES);

    stream.response.resume();
    const ids = await idsOfLog(gateway.deps.store.db);
    for (const id of ids.slice(1)) {
      const { json } = await stream.next<{ id?: string; data?: { event: { id: string } } }>();
      const received = json.id ?? json.data?.event.id;
      if (received !== id) throw new Error(`event ${received} came in place of ${id}`);
    }
  },
);
