import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { toJson } from '../../src/lib/json.ts';
import { insertUser, type User } from '../../src/store/identity/users.ts';
import type { CredentialRow, DeploymentRow } from '../../src/store/schema/index.ts';
import { type Db, openStore, type Store } from '../../src/store/store.ts';
import { isPostgresMissing, type TemporaryDatabase, temporaryDatabase } from './postgres.ts';

/** The stores of a contract test, which are empty at its beginning. */
export interface Bed {
  readonly store: Store;
  /** Stores of as many processes as may share one database: one on SQLite, three on PostgreSQL. */
  readonly replicas: readonly Store[];
}

/** Runs one suite on every database the gateway can use. */
export function onEveryStore(suite: (bed: Bed) => void): void {
  describe('SQLite', () => suite(sqliteBed()));
  describe.skipIf(isPostgresMissing)('PostgreSQL', () => suite(postgresBed()));
}

function sqliteBed(): Bed {
  let store: Store;
  beforeEach(async () => {
    store = await openStore(':memory:');
  });
  afterEach(() => store.close());
  return bedOf(() => [store]);
}

/**
 * One database a file, emptied before each test: making the tables takes longer than most tests. Its stores use the
 * times that a test hands over, as on SQLite.
 */
export function postgresBed(): Bed {
  let database: TemporaryDatabase;
  let stores: Store[] = [];
  beforeAll(async () => {
    database = await temporaryDatabase();
    stores = await Promise.all([1, 2, 3].map(() => openStore(database.url, { poolSize: 5, timeOf: 'host' })));
  });
  beforeEach(async () => {
    // All other rows have an owner and are deleted with it.
    for (const table of ['users', 'audit', 'keyChecks', 'upstreamDrift'] as const) {
      await stores[0]?.db.deleteFrom(table).execute();
    }
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database?.[Symbol.asyncDispose]();
  });
  return bedOf(() => stores);
}

function bedOf(stores: () => readonly Store[]): Bed {
  return {
    get store() {
      const [first] = stores();
      if (first === undefined) throw new Error('The store is open only while a test runs');
      return first;
    },
    get replicas() {
      return stores();
    },
  };
}

/** Inserts a user, who can own rows. */
export async function insertPerson(db: Db, id: string, more: Partial<User> = {}): Promise<void> {
  await insertUser(db, { ...person(id), ...more });
}

export function person(id: string): User {
  return {
    id,
    email: `${id}@example.com`,
    passwordHash: 'hash',
    roles: ['user'],
    createdAtMs: 1,
    isDisabled: false,
    rightsRevision: 0,
    outside: null,
  };
}

/** A row of `credentials`, whose owner must exist. */
export function credential(ownerId: string, id: string, more: Partial<CredentialRow> = {}): CredentialRow {
  return {
    id,
    ownerId,
    provider: 'QUANTCONNECT',
    label: null,
    account: '1',
    organizationId: null,
    tokenHint: 'ab12',
    sealed: '{}',
    kid: 'k1',
    status: 'UNVERIFIED',
    verificationProblem: null,
    isDefault: 0,
    createdAt: 0,
    firstUsedAt: null,
    ...more,
  };
}

/** A row of `deployments`, whose owner must exist. */
export function deployment(ownerId: string, id: string, more: Partial<DeploymentRow> = {}): DeploymentRow {
  return {
    ownerId,
    id,
    credentialId: null,
    organizationId: null,
    taskId: null,
    rawStatus: 'Running',
    status: 'RUNNING',
    isTerminal: 0,
    state: toJson({ id, rawStatus: 'Running', status: 'RUNNING', isTerminal: false, taskId: null }),
    observedAt: 1,
    revision: 0,
    isStale: 0,
    isWatched: 1,
    messagesWantedUntil: 0,
    messagesReadAt: 0,
    transcriptDueAt: 0,
    settleAt: 0,
    isDeleted: 0,
    guard: null,
    guardTripped: null,
    stopCause: null,
    guardWarned: null,
    inputTokens: 0,
    outputTokens: 0,
    turns: 0,
    createdAt: 1,
    runStartedAt: 1,
    ...more,
  };
}
