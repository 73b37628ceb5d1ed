/**
 * The main job, end to end: `npm run demo`. Real processes, a real database, signed calls, a WebSocket. Deletes all
 * its files at the end.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildConsole } from '../scripts/build-console.ts';
import { createClient } from './client.ts';
import { runDiamond } from './diamond.ts';
import { createMessagePrinter, say, showEvent } from './print.ts';
import { startProcess } from './process.ts';

const ACCOUNT = {
  userId: '12345',
  apiToken: 'abcdef0123456789'.repeat(4),
  organizationId: '0123456789abcdef0123456789abcdef',
};

async function run(stack: AsyncDisposableStack): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-demo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));

  say.title('Quantgate demo');
  const isConsoleBuilt = buildConsole();
  const simulator = stack.use(
    await startProcess(
      'simulator/main.ts',
      { SIMULATOR_PORT: '0', SIMULATOR_PACE: '{"queueMs":500,"stepMs":500,"steps":4}' },
      /(http:\/\/\S+\/api\/v2)/,
    ),
  );
  say.step('simulator', simulator.url);
  await isConsoleBuilt;
  const gateway = stack.use(
    await startProcess(
      'src/main.ts',
      {
        PORT: '0',
        DATA_DIR: join(folder, 'data'),
        QUANTCONNECT_BASE_URL: simulator.url,
        QUANTCDN_BASE_URL: new URL(simulator.url).origin,
        POLL_INTERVAL: '300ms',
        UPSTREAM_RATE: '50',
        UPSTREAM_BURST: '50',
      },
      /"address":"(http:[^"]+)"/,
    ),
  );
  say.step('gateway', gateway.url);
  say.step('console', `${gateway.url}/console, while the demo runs`);

  const client = createClient(gateway.url);
  await client.signUp('ada@example.com', 'correct horse battery staple');
  say.step('user', 'ada@example.com signed up and signed in');

  const { saved } = await client.graphql<{ saved: { account: string; tokenHint: string; status: string } }>(
    `mutation ($input: QuantConnectCredentialInput!) {
      saved: saveQuantConnectCredential(input: $input) { account tokenHint status }
    }`,
    { input: ACCOUNT },
  );
  say.step('credential', `account ${saved.account}, token …${saved.tokenHint}, ${saved.status}`);

  const { agent } = await client.graphql<{ agent: { id: string; name: string } }>(
    `mutation { agent: createAgent(input: { name: "Quiet Copper Heron", tools: ["create_file", "create_backtest"] }) { id name } }`,
  );
  say.step('agent', `${agent.name} (${agent.id})`);

  const { task } = await client.graphql<{ task: { id: string; name: string } }>(
    `mutation ($agentId: ID!) {
      task: createTask(input: { agentId: $agentId, name: "buy and hold", prompt: "Buy and hold SPY" }) { id name }
    }`,
    { agentId: agent.id },
  );
  say.step('task', `${task.name} (${task.id})`);

  const { deployment } = await client.graphql<{ deployment: { id: string } }>(
    `mutation ($taskId: ID!, $key: String!) {
      deployment: deployTask(taskId: $taskId, idempotencyKey: $key, guard: { maxTokens: 1000000 }) { id }
    }`,
    { taskId: task.id, key: 'demo-1' },
  );
  say.step('deployment', deployment.id);
  say.title('What the subscriptions push');

  const [last] = await Promise.all([
    client.subscribe(
      `subscription ($id: ID!) {
        event: deploymentEvents(deploymentId: $id, after: "0", untilTerminal: true) { id type status previousStatus occurredAt }
      }`,
      { id: deployment.id },
      showEvent,
    ),
    client.subscribe(
      `subscription ($id: ID!) {
        message: conversationMessages(deploymentId: $id, untilTerminal: true) {
          index role parts { type ... on TextPart { text } ... on ReasoningPart { text } ... on ToolPart { toolName state } }
        }
      }`,
      { id: deployment.id },
      createMessagePrinter(),
    ),
  ]);
  if (last?.event?.status !== 'COMPLETED') throw new Error(`The deployment ended as ${last?.event?.status}`);
  await runDiamond(client, agent.id);
  await client.close();
  say.title('COMPLETED');
}

const startedAt = performance.now();
try {
  await using stack = new AsyncDisposableStack();
  await run(stack);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
say.note(`${((performance.now() - startedAt) / 1000).toFixed(1)} s, nothing left behind`);
