import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { openMessages } from '../../support/transcripts.ts';

const SOON = { timeout: 15_000 };
const CANARY = 'what the canary said in the mine';

/** A text as it might lie about. */
function shapesOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  return [text, bytes.toString('hex'), ...base64];
}

/** Every row of every table. */
async function dumpOf({ deps }: Gateway): Promise<string> {
  const { db } = deps.store;
  const tables = await db.introspection.getTables();
  const rows = await Promise.all(
    tables.map(async ({ name }) => (await sql`select * from ${sql.table(name)}`.execute(db)).rows),
  );
  return JSON.stringify(rows);
}

/** Every file of the data folder, the write-ahead log included. */
async function filesOf({ config }: Gateway): Promise<string> {
  const names = await readdir(config.dataDir);
  return (await Promise.all(names.map((name) => readFile(join(config.dataDir, name), 'latin1')))).join('\n');
}

function shapesIn(dump: string): string[] {
  return shapesOf(CANARY).filter((shape) => dump.includes(shape));
}

async function boot(env: Record<string, string> = {}) {
  const gateway = await bootGateway({ env, simulator: { pace: 'instant', script: { answer: CANARY } } });
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  return { gateway, ada, taskId, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

async function transcriptOf(user: GraphQLClient, id: string) {
  const answer = await user.request(`/v1/deployments/${id}/transcript`);
  return { status: answer.status, text: await answer.text() };
}

/** Deploys, and waits until what was said is stored. */
async function run(user: GraphQLClient, taskId: string): Promise<string> {
  const id = await user.deploy(taskId);
  await expect.poll(async () => (await transcriptOf(user, id)).text, SOON).toContain(CANARY);
  return id;
}

async function rest(user: GraphQLClient, method: string, path: string): Promise<number> {
  const headers = { authorization: `Bearer ${user.tokens.accessToken}` };
  return (await fetch(`${user.url}${path}`, { method, headers })).status;
}

test('a transcript that nobody followed is in no file of the data folder, in no shape', async () => {
  await using running = await boot();
  await run(running.ada, running.taskId);
  await expect.poll(async () => (await dumpOf(running.gateway)).includes('wrappedKey'), SOON).toBe(true);
  expect(shapesIn(await dumpOf(running.gateway))).toEqual([]);
  expect(shapesIn(await filesOf(running.gateway))).toEqual([]);
});

test('deleteDeployment erases what was said, also for one that was followed', async () => {
  await using running = await boot();
  const { ada, gateway, taskId } = running;
  const id = await ada.deploy(taskId);
  await using messages = openMessages(ada, id);
  await messages.until(({ message }) => message.index === 1);
  await expect.poll(async () => shapesIn(await dumpOf(gateway)), SOON).toEqual([CANARY]);
  await expect.poll(async () => (await transcriptOf(ada, id)).status, SOON).toBe(200);

  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });

  expect(shapesIn(await dumpOf(gateway))).toEqual([]);
  expect((await transcriptOf(ada, id)).status).toBe(404);
  expect(await gateway.deps.store.db.selectFrom('transcripts').select('thread').execute()).toEqual([]);
});

test('a prompt and an error that the row of a deployment repeats are erased with it', async () => {
  await using running = await boot();
  const { ada, gateway } = running;
  const taskId = await ada.createTask(CANARY);
  gateway.simulator.control.scriptAll({ outcome: 'Failed', runtimeError: CANARY });
  const id = await ada.deploy(taskId, { key: 'k' });
  await expect.poll(async () => (await transcriptOf(ada, id)).status, SOON).toBe(200);
  await ada.ask('mutation ($id: ID!) { deleteTask(id: $id) }', { id: taskId });
  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });

  const { db } = gateway.deps.store;
  const rows = await db.selectFrom('deployments').selectAll().execute();
  const answers = await db.selectFrom('intents').selectAll().where('operation', '=', 'deployTask').execute();
  expect(answers).toHaveLength(1);
  expect(shapesIn(JSON.stringify([rows, answers]))).toEqual([]);
});

test('keepTranscript keeps the transcript, over both doors; deleting again erases it', async () => {
  await using running = await boot();
  const { ada, gateway, taskId } = running;
  const [one, other] = [await run(ada, taskId), await run(ada, taskId)];
  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id, keepTranscript: true) }', { id: one });
  expect(await rest(ada, 'DELETE', `/v1/deployments/${other}?keepTranscript=true`)).toBe(204);

  for (const id of [one, other]) {
    expect((await transcriptOf(ada, id)).text).toContain(CANARY);
    expect((await ada.request(`/v1/deployments/${id}`)).status).toBe(404);
  }
  const { transcript } = await ada.ask<{ transcript: object }>(
    'query ($id: ID!) { transcript(deploymentId: $id) { conversation { deploymentId } } }',
    { id: one },
  );
  expect(transcript).toEqual({ conversation: { deploymentId: one } });

  // The upstream has forgotten both.
  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id: one });
  expect(await rest(ada, 'DELETE', `/v1/deployments/${other}`)).toBe(204);
  for (const id of [one, other]) expect((await transcriptOf(ada, id)).status).toBe(404);
  expect(await rest(ada, 'DELETE', `/v1/deployments/${other}`)).toBe(404);
  expect(shapesIn(await dumpOf(gateway))).toEqual([]);
});

test('deleteDeployment erases what was said when the upstream has forgotten the deployment', async () => {
  await using running = await boot();
  const { ada, gateway, taskId } = running;
  const id = await run(ada, taskId);
  const bob = await gateway.signUpWithCredential('bob@example.com');
  await bob.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });
  expect((await transcriptOf(ada, id)).text).toContain(CANARY);

  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });
  expect((await transcriptOf(ada, id)).status).toBe(404);
  const { log } = await ada.ask<{ log: { nodes: { type: string }[] } }>(
    'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type } } }',
    { id },
  );
  expect(log.nodes.at(-1)).toEqual({ type: 'DELETED' });
});

test('another credential that does not see the deployment erases nothing', async () => {
  await using running = await boot();
  const { ada, gateway, taskId } = running;
  const id = await run(ada, taskId);
  const stranger = {
    ...seededAccount,
    userId: '777',
    apiToken: '7'.repeat(64),
    organizations: [{ id: '7'.repeat(32), name: 'Other', nodeSku: 'A4-8' }],
  };
  gateway.simulator.control.addAccount(stranger);
  const { id: credentialId } = await ada.saveCredential(stranger);

  expect(await rest(ada, 'DELETE', `/v1/deployments/${id}?credentialId=${credentialId}`)).toBe(404);
  expect((await transcriptOf(ada, id)).text).toContain(CANARY);
});

test.each([
  ['GraphQL', false],
  ['GraphQL', true],
  ['REST', false],
  ['REST', true],
])('deleteCredential over %s erases transcripts when asked: %s', async (door, erases) => {
  await using running = await boot();
  const { ada, gateway, taskId } = running;
  const id = await run(ada, taskId);
  const { viewer } = await ada.ask<{ viewer: { credentials: { id: string }[] } }>(
    '{ viewer { credentials { id } } }',
  );
  const credentialId = viewer.credentials[0]?.id ?? '';
  if (door === 'REST') {
    const query = erases ? '?eraseTranscripts=true' : '';
    expect(await rest(ada, 'DELETE', `/v1/credentials/${credentialId}${query}`)).toBe(204);
  } else {
    await ada.ask(
      'mutation ($id: ID!, $erases: Boolean) { deleteCredential(id: $id, eraseTranscripts: $erases) }',
      {
        id: credentialId,
        erases,
      },
    );
  }

  expect((await transcriptOf(ada, id)).status).toBe(erases ? 404 : 200);
  if (erases) expect(shapesIn(await dumpOf(gateway))).toEqual([]);
});

test('the transcripts of an account are erased with it', async () => {
  await using running = await boot();
  const { ada, gateway, taskId } = running;
  await run(ada, taskId);
  const { db } = gateway.deps.store;
  await db.deleteFrom('users').where('email', '=', 'ada@example.com').execute();
  expect(await db.selectFrom('transcripts').select('thread').execute()).toEqual([]);
  expect(shapesIn(await dumpOf(gateway))).toEqual([]);
});

test('a conversation that is read while its deployment is deleted is not stored again', async () => {
  await using running = await boot();
  const { ada, gateway, taskId } = running;
  const id = await run(ada, taskId);
  await using messages = openMessages(ada, id);
  await messages.until(({ message }) => message.index === 1);
  gateway.simulator.faults.add({ kind: 'slow', delayMs: 300, match: { path: '/conversation/read' } });
  const reads = gateway.simulator.calls.count('/conversation/read');
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "again") { id } }', { id });
  await expect.poll(() => gateway.simulator.calls.count('/conversation/read'), SOON).toBeGreaterThan(reads);
  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });
  await new Promise((resolve) => setTimeout(resolve, 600));

  expect(shapesIn(await dumpOf(gateway))).toEqual([]);
  expect(await gateway.deps.store.db.selectFrom('transcripts').select('thread').execute()).toEqual([]);
});
