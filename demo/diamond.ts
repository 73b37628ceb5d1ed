import type { createClient } from './client.ts';
import { type AiTaskPush, createAiTaskPrinter, say } from './print.ts';

type Client = ReturnType<typeof createClient>;

const LIST = 'demo';
const QUANTCDN = { organisation: 'acme', apiToken: 'quantcdn-simulator-token-0123456789abcdef' };

/** A task of the graph, and the titles of those it waits for. */
const DIAMOND = [
  { title: 'gather data', after: [] },
  { title: 'momentum', after: ['gather data'] },
  { title: 'mean reversion', after: ['gather data'] },
  { title: 'compare', after: ['momentum', 'mean reversion'] },
];

/** Creates the AI tasks of a diamond, each linked to a task of QuantConnect that runs for it. */
async function build(client: Client, agentId: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { title, after } of DIAMOND) {
    const { task } = await client.graphql<{ task: { id: string } }>(
      `mutation ($agentId: ID!, $name: String!) {
        task: createTask(input: { agentId: $agentId, name: $name, prompt: $name }) { id }
      }`,
      { agentId, name: title },
    );
    const { aiTask } = await client.graphql<{ aiTask: { id: string } }>(
      `mutation ($input: CreateAiTaskInput!) { aiTask: createAiTask(input: $input) { id } }`,
      { input: { title, taskListId: LIST, dependsOn: after.map((one) => ids.get(one)) } },
    );
    await client.graphql(
      `mutation ($aiTaskId: ID!, $taskId: ID!) { linkAiTask(aiTaskId: $aiTaskId, taskId: $taskId) { id } }`,
      { aiTaskId: aiTask.id, taskId: task.id },
    );
    ids.set(title, aiTask.id);
    say.step('ai task', `${title}${after.length > 0 ? ` after ${after.join(' and ')}` : ''}`);
  }
  return ids;
}

/** The second upstream: a graph of four AI tasks, each run as a deployment, printed while it runs. */
export async function runDiamond(client: Client, agentId: string): Promise<void> {
  say.title('A diamond of AI tasks');
  const { saved } = await client.graphql<{ saved: { account: string; status: string } }>(
    `mutation ($input: QuantCdnCredentialInput!) { saved: saveQuantCdnCredential(input: $input) { account status } }`,
    { input: QUANTCDN },
  );
  say.step('credential', `organisation ${saved.account}, ${saved.status}`);
  await build(client, agentId);
  const { graph } = await client.graphql<{ graph: { criticalPath: string[]; ready: string[] } }>(
    `{ graph: aiTaskGraph(taskListId: "${LIST}") { criticalPath ready } }`,
  );
  say.step('graph', `${graph.ready.length} ready, longest chain ${graph.criticalPath.length}`);

  const done = Promise.withResolvers<void>();
  const show = createAiTaskPrinter(DIAMOND.length, done.resolve);
  const stopWatching = client.watch<AiTaskPush>(
    `subscription { task: aiTaskChanged(taskListId: "${LIST}") { title status progressMessage result } }`,
    {},
    show,
  );
  await client.graphql(`mutation { runAiTaskList(taskListId: "${LIST}", maxParallel: 2) { id } }`);
  const last = await client.subscribe<{ run: { status: string; reason: string | null } }>(
    `subscription { run: aiTaskListRunChanged(taskListId: "${LIST}") { status reason } }`,
    {},
    () => undefined,
  );
  if (last?.run.status !== 'COMPLETED') {
    throw new Error(`The list ended as ${last?.run.status}: ${last?.run.reason}`);
  }
  await done.promise;
  await stopWatching();
}
