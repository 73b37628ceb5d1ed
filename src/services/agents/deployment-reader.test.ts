import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { credential, deployment, insertPerson } from '../../../test/support/stores.ts';
import { type ErrorCode, GatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import { insertDeployment, updateDeployment } from '../../store/deployments/deployments.ts';
import { insertCredential } from '../../store/identity/credentials.ts';
import { openStore, type Store } from '../../store/store.ts';
import type { QuantConnectClient } from '../../upstream/quantconnect/client.ts';
import type { Deployment } from '../../upstream/quantconnect/model.ts';
import { ada, connectionTo } from '../common/connections.test-support.ts';
import type { Connection } from '../common/connections.ts';
import { createDeploymentReader } from './deployment-reader.ts';

const OWNER = ada.userId;
const RUNNING: Deployment = {
  id: 'L-1',
  rawStatus: 'Running',
  status: 'RUNNING',
  isTerminal: false,
  taskId: '7',
  agentId: null,
  model: null,
  prompt: null,
  projectId: null,
  versionId: null,
  machine: null,
  hostName: null,
  mcpTools: [],
  runtimeError: null,
  createdAt: null,
  startedAt: null,
  endedAt: null,
  raw: null,
  incompleteLists: [],
  isComplete: true,
};
const clock = createManualClock();
let store: Store;

beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, OWNER);
  for (const id of ['c1', 'c2']) await insertCredential(store.db, credential(OWNER, id));
  const row = deployment(OWNER, 'L-1', { credentialId: 'c1', status: 'QUEUED', rawStatus: 'Queued' });
  await insertDeployment(store.db, row);
});
afterEach(() => store.close());

/** A reader whose connections answer, or fail, as `readDeployment` says. */
function readerOf(readDeployment: QuantConnectClient['readDeployment']) {
  const connection = connectionTo<QuantConnectClient>({ readDeployment: vi.fn(readDeployment) });
  const open = vi.fn(async (): Promise<Connection> => connection);
  const writer = {
    track: vi.fn(async () => undefined),
    applyObserved: vi.fn(async () => true),
    markDeleted: vi.fn(async () => undefined),
  } satisfies Partial<DeploymentWriter>;
  const reader = createDeploymentReader({
    connections: { open },
    writer: writer as Partial<DeploymentWriter> as DeploymentWriter,
    store,
    clock,
  });
  return { reader, connection, open, writer };
}

function failing(code: ErrorCode) {
  return readerOf(() => Promise.reject(new GatewayError(code)));
}

test('a fresh read is returned and stored with its beginning: the time, and the revision of the stored row', async () => {
  const { reader, connection, writer } = readerOf(async () => RUNNING);
  const observedAt = new Date(clock.now()).toISOString();
  expect(await reader.readFreshOrCached(connection, 'L-1')).toEqual({
    ...RUNNING,
    endReason: null,
    guard: null,
    credentialId: 'c1',
    observedAt,
    isStale: false,
  });
  expect(writer.applyObserved).toHaveBeenCalledWith(OWNER, [RUNNING], {
    atMs: clock.now(),
    revision: 1,
  });
});

test.each<ErrorCode>([
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_THROTTLED',
  'UPSTREAM_BAD_RESPONSE',
])('after %s the stored state is returned as stale', async (code) => {
  const { reader, connection } = failing(code);
  expect(await reader.readFreshOrCached(connection, 'L-1')).toMatchObject({
    status: 'QUEUED',
    rawStatus: 'Queued',
    isStale: true,
  });
  await expect(reader.readFresh(connection, 'L-1')).rejects.toMatchObject({ code });
});

test.each<ErrorCode>(['NOT_FOUND', 'CREDENTIAL_REJECTED', 'RATE_LIMITED'])(
  'after %s the error is thrown, although there is a stored state',
  async (code) => {
    const { reader, connection } = failing(code);
    await expect(reader.readFreshOrCached(connection, 'L-1')).rejects.toMatchObject({ code });
  },
);

test('without a stored state an outage is thrown, and so it is for a deleted deployment', async () => {
  const { reader, connection } = failing('UPSTREAM_TIMEOUT');
  const timeout = { code: 'UPSTREAM_TIMEOUT' };
  await expect(reader.readFreshOrCached(connection, 'L-2')).rejects.toMatchObject(timeout);
  await updateDeployment(store.db, OWNER, 'L-1', { isDeleted: 1 });
  await expect(reader.readFreshOrCached(connection, 'L-1')).rejects.toMatchObject(timeout);
});

test('NOT_FOUND marks a deployment as deleted only if the credential that watches it got it', async () => {
  const { reader, connection, writer } = failing('NOT_FOUND');
  await expect(reader.readFresh({ ...connection, credentialId: 'c2' }, 'L-1')).rejects.toThrow();
  expect(writer.markDeleted).not.toHaveBeenCalled();
  await expect(reader.readFresh(connection, 'L-1')).rejects.toThrow();
  expect(writer.markDeleted).toHaveBeenCalledWith(OWNER, 'L-1');
});

test.each([
  ['the named credential', 'L-1', 'c2', 'c2'],
  ['the credential that watches the deployment', 'L-1', null, 'c1'],
  ['the default one for an unknown deployment', 'L-2', null, null],
])('openFor uses %s', async (_title, id, named, expected) => {
  const { reader, open } = readerOf(async () => RUNNING);
  await reader.openFor(ada, id, named);
  expect(open).toHaveBeenCalledExactlyOnceWith(ada, expected);
});

test('trackDeployment calls the upstream for an unknown deployment and stores that it was created elsewhere', async () => {
  const { reader, writer } = readerOf(async (id) => ({ ...RUNNING, id }));
  await reader.trackDeployment(ada, { id: 'L-2' });
  const ownership = {
    ownerId: OWNER,
    credentialId: 'c1',
    organizationId: null,
    guard: null,
    reason: 'made elsewhere',
    isMadeElsewhere: true,
  };
  expect(writer.track).toHaveBeenCalledExactlyOnceWith(
    ownership,
    { ...RUNNING, id: 'L-2' },
    {
      atMs: clock.now(),
      revision: 0,
    },
  );
});

test.each([
  ['watched', { isWatched: 1 } as const],
  ['deleted', { isDeleted: 1, credentialId: null } as const],
])('trackDeployment does not call the upstream for a %s deployment', async (_title, columns) => {
  await updateDeployment(store.db, OWNER, 'L-1', columns);
  const { reader, open } = failing('UPSTREAM_TIMEOUT');
  await reader.trackDeployment(ada, { id: 'L-1' });
  expect(open).not.toHaveBeenCalled();
});

test('trackDeployment passes over a failure for a stored deployment whose credential was deleted', async () => {
  await updateDeployment(store.db, OWNER, 'L-1', { credentialId: null });
  const { reader } = failing('NOT_FOUND');
  await reader.trackDeployment(ada, { id: 'L-1' });
  await expect(reader.trackDeployment(ada, { id: 'L-2' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
