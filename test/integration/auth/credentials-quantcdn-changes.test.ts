import { expect, test } from 'vitest';
import { seededQuantCdnToken } from '../../../simulator/index.ts';
import { insertListRun } from '../../../src/store/ai-tasks/list-runs.ts';
import { insertTaskRun } from '../../../src/store/ai-tasks/task-runs.ts';
import { NEVER } from '../../../src/store/coordination/watches.ts';
import {
  credentialsOf,
  DELETE_CREDENTIAL,
  SAVE_QUANTCDN,
  type StoredCredential,
  saveQuantCdn,
  seededQuantCdnInput,
  UPDATE_CREDENTIAL,
  VERIFY_CREDENTIAL,
  wrongToken,
} from '../../support/credentials.ts';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

test('each upstream has its own default, which another credential can become', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const second = await saveQuantCdn(ada, { label: 'second' });
  const defaults = async () =>
    (await credentialsOf(ada))
      .filter(({ isDefault }) => isDefault)
      .map(({ provider, label }) => [provider, label]);

  expect(await defaults()).toEqual([
    ['QUANTCONNECT', null],
    ['QUANTCDN', null],
  ]);
  await ada.ask(UPDATE_CREDENTIAL, { id: second.id, input: { isDefault: true } });
  expect(await defaults()).toEqual([
    ['QUANTCONNECT', null],
    ['QUANTCDN', 'second'],
  ]);
  await ada.ask(DELETE_CREDENTIAL, { id: second.id });
  expect(await defaults()).toEqual([
    ['QUANTCONNECT', null],
    ['QUANTCDN', null],
  ]);
});

test('label and token of a QuantCDN credential can change, the token if it is valid', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const saved = await saveQuantCdn(ada, { label: 'main' });
  const update = async (input: Record<string, unknown>) =>
    (await ada.ask<{ credential: StoredCredential }>(UPDATE_CREDENTIAL, { id: saved.id, input })).credential;

  expect(await update({ label: 'renamed' })).toEqual({ ...saved, label: 'renamed' });
  const refused = await refusalOf(ada, UPDATE_CREDENTIAL, { id: saved.id, input: { apiToken: wrongToken } });
  expect(refused.extensions.code).toBe('CREDENTIAL_REJECTED');

  gateway.simulator.quantcdn.addToken({ ...seededQuantCdnToken, token: 'replacement-token-beef' });
  expect(await update({ apiToken: 'replacement-token-beef', label: null })).toEqual({
    ...saved,
    label: null,
    tokenHint: 'beef',
  });
});

test.each(['0123456789abcdef0123456789abcdef', null])(
  'a QuantCDN credential has no organization id to change (%s)',
  async (organizationId) => {
    await using gateway = await bootGateway({ polls: false });
    const ada = await gateway.signUp();
    const saved = await saveQuantCdn(ada);

    const { extensions } = await refusalOf(ada, UPDATE_CREDENTIAL, {
      id: saved.id,
      input: { organizationId, label: 'never' },
    });

    expect(extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'input.organizationId' }],
    });
    expect(await credentialsOf(ada)).toEqual([saved]);
  },
);

test('a QuantCDN credential refused in use is REJECTED, and VERIFIED once it works', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  const { id } = await saveQuantCdn(ada);
  const statuses = async () => (await credentialsOf(ada)).map(({ status }) => status);

  gateway.simulator.quantcdn.removeToken(seededQuantCdnToken.name);
  expect((await refusalOf(ada, VERIFY_CREDENTIAL, { id })).extensions.code).toBe('CREDENTIAL_REJECTED');
  expect(await statuses()).toEqual(['REJECTED']);

  gateway.simulator.quantcdn.addToken(seededQuantCdnToken);
  expect(await ada.ask(VERIFY_CREDENTIAL, { id })).toEqual({ credential: { id, status: 'VERIFIED' } });
  expect(await statuses()).toEqual(['VERIFIED']);
});

test('deleting a QuantCDN credential ends its own runs and watches only', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const other = await saveQuantCdn(ada, { label: 'other' });
  const [agents, own] = await credentialsOf(ada);
  const { db } = gateway.deps.store;
  const { ownerId } = await db.selectFrom('credentials').select('ownerId').executeTakeFirstOrThrow();
  const shared = {
    ownerId,
    agentCredentialId: agents?.id ?? '',
    organisation: 'acme',
    taskListId: 'nightly',
    reason: null,
    createdAt: 1,
    endedAt: null,
  };
  for (const [name, credentialId] of [
    ['own', own?.id ?? ''],
    ['other', other.id],
  ] as const) {
    await insertListRun(db, {
      ...shared,
      id: `${name} list`,
      credentialId,
      maxParallel: 1,
      state: 'RUNNING',
    });
    await insertTaskRun(db, {
      ...shared,
      id: `${name} task`,
      credentialId,
      aiTaskId: name,
      listRunId: null,
      taskId: null,
      state: 'STARTING',
      deploymentId: null,
      progressMessage: null,
    });
    await db
      .insertInto('watches')
      .values({
        kind: 'AI_TASK_LIST',
        credentialId,
        scope: 'nightly',
        ownerId,
        nextLookAt: NEVER,
        pauseMs: 1_000,
        failures: 0,
        degradedReason: null,
        wantedUntil: 0,
        leaseUntil: 0,
        fence: 0,
      })
      .execute();
  }

  await ada.ask(DELETE_CREDENTIAL, { id: own?.id });

  for (const table of ['aiListRuns', 'aiTaskRuns'] as const) {
    const runs = await db
      .selectFrom(table)
      .select(['credentialId', 'reason', 'endedAt'])
      .orderBy('id')
      .execute();
    expect(runs, table).toEqual([
      { credentialId: other.id, reason: null, endedAt: null },
      { credentialId: null, reason: 'CREDENTIAL_MISSING', endedAt: expect.any(Number) },
    ]);
  }
  expect(await db.selectFrom('watches').select('credentialId').execute()).toEqual([
    { credentialId: other.id },
  ]);
  expect((await credentialsOf(ada)).map(({ id, isDefault }) => [id, isDefault])).toEqual([
    [agents?.id, true],
    [other.id, true],
  ]);
});

test('save, update, verify and delete of a QuantCDN credential are recorded', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  await refusalOf(ada, SAVE_QUANTCDN, { input: { ...seededQuantCdnInput, apiToken: wrongToken } });
  const { id } = await saveQuantCdn(ada);
  await ada.ask(VERIFY_CREDENTIAL, { id });
  await ada.ask(DELETE_CREDENTIAL, { id });

  const rows = await gateway.deps.store.db
    .selectFrom('audit')
    .select(['act', 'outcome', 'subjects'])
    .where('act', 'like', 'CREDENTIAL%')
    .orderBy('at')
    .orderBy('id')
    .execute();

  expect(rows.map(({ act, outcome }) => [act, outcome])).toEqual([
    ['CREDENTIAL_SAVE', 'CREDENTIAL_REJECTED'],
    ['CREDENTIAL_SAVE', 'OK'],
    ['CREDENTIAL_VERIFY', 'OK'],
    ['CREDENTIAL_DELETE', 'OK'],
  ]);
  expect(rows.slice(1).every(({ subjects }) => subjects.includes(id))).toBe(true);
});
