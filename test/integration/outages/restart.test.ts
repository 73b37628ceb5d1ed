import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { seededAccount, seededOrganization, startSimulator } from '../../../simulator/index.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { freePort, startGateway, temporaryFolder } from '../../support/process.ts';
import { createStream } from '../../support/stream.ts';

interface Told {
  id: string;
  type: string;
  deploymentId: string;
  status: string;
  previousStatus: string | null;
}

const FIELDS = 'id type deploymentId status previousStatus';
const EVENTS = `subscription ($after: ID) { event: deploymentEvents(after: $after) { ${FIELDS} } }`;
const PAGE = `{ log: deploymentEvents(after: "0", first: 500) { nodes { ${FIELDS} } } }`;
const MESSAGES = `subscription ($id: ID!) {
  message: conversationMessages(deploymentId: $id, untilTerminal: true) { index parts { ... on TextPart { text } } }
}`;
const DEPLOYMENTS = 10;
const KILLS = 6;
const STEP_MS = 500;

test(`${KILLS} kills in ${DEPLOYMENTS} deployments: every event to the end, once, in order`, {
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder();
  const simulator = await startSimulator({ pace: { queueMs: 200, stepMs: STEP_MS, steps: 4, stopMs: 0 } });
  simulator.control.setCapacity(seededOrganization.id, DEPLOYMENTS);
  const env = {
    PORT: await freePort(),
    DATA_DIR: folder.path,
    QUANTCONNECT_BASE_URL: simulator.url,
    POLL_INTERVAL: '100ms',
    POLL_INTERVAL_MAX: '500ms',
    UPSTREAM_RATE: '1000',
    UPSTREAM_BURST: '1000',
  };
  let gateway = await startGateway(env);
  await using _running = { [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  const taskId = await ada.createTask();
  const ids: string[] = [];
  for (let index = 0; index < DEPLOYMENTS; index += 1) {
    const id = await ada.deploy(taskId);
    // Their ends are spread over the whole test; the last two have none until the gateway is down.
    simulator.control.scriptDeployment(id, { steps: 4 + 3 * index, endless: index >= DEPLOYMENTS - 2 });
    ids.push(id);
  }

  let cursor = '0';
  const socket = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 10_000,
    retryWait: () => pause(20),
    shouldRetry: () => true,
    connectionParams: () => ({ authorization: `Bearer ${ada.tokens.accessToken}` }),
  });
  const received: Told[] = [];
  const ends = new Set<string>();
  const allEnded = Promise.withResolvers<void>();
  socket.subscribe<{ event: Told }>(
    {
      query: EVENTS,
      get variables() {
        return { after: cursor };
      },
    },
    {
      next: ({ data }) => {
        if (!data) return;
        cursor = data.event.id;
        received.push(data.event);
        if (['COMPLETED', 'STOPPED', 'FAILED'].includes(data.event.status)) ends.add(data.event.deploymentId);
        if (ends.size === DEPLOYMENTS) allEnded.resolve();
      },
      error: allEnded.reject,
      complete: () => undefined,
    },
  );
  await using messages = createStream<{ message: { index: number; parts: { text?: string }[] } }>(() =>
    socket.dispose(),
  );
  socket.subscribe<{ message: { index: number; parts: { text?: string }[] } }>(
    { query: MESSAGES, variables: { id: ids[5] } },
    { next: ({ data }) => data && messages.push(data), error: messages.fail, complete: messages.complete },
  );

  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(100 + Math.random() * 900);
    await gateway.end('SIGKILL');
    // These deployments end while no gateway runs.
    if (kill === KILLS - 1) for (const id of ids.slice(-2)) simulator.control.endDeployment(id, 'Failed');
    gateway = await startGateway(env);
  }
  await allEnded.promise;
  const words = await messages.rest(60_000);

  const { log } = await ada.ask<{ log: { nodes: Told[] } }>(PAGE);
  console.log(
    `${KILLS} kills, ${received.length} events told of ${log.nodes.length} in the log, ${words.length} messages`,
  );
  expect(received).toEqual(log.nodes);
  const numbers = received.map(({ id }) => Number(id));
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
  for (const [index, id] of ids.entries()) {
    const path = received.filter(({ deploymentId }) => deploymentId === id);
    expect(path.map(({ previousStatus }) => previousStatus)).toEqual([
      null,
      ...path.slice(0, -1).map(({ status }) => status),
    ]);
    expect(path.map(({ status }) => status)).toEqual([
      'QUEUED',
      'RUNNING',
      index >= DEPLOYMENTS - 2 ? 'FAILED' : 'COMPLETED',
    ]);
  }
  expect(words.at(-1)?.message.parts.at(-1)?.text).toBe('Done.');
  await simulator.close();
});
