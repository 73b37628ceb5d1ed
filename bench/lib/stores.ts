/** Where a measured gateway keeps its data: a folder, and with PostgreSQL a database and a prefix in Redis besides. */
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { SCRATCH } from './scratch.ts';

export type StoreKind = 'SQLite' | 'PostgreSQL';

export interface BenchStore {
  /** The variables of the gateway. */
  env: Record<string, string>;
  /** A store of its own with the same content. No gateway may use this one meanwhile. */
  copy(): Promise<BenchStore>;
  remove(): Promise<void>;
}

const SERVER = process.env.BENCH_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const REDIS = process.env.BENCH_REDIS_URL ?? 'redis://127.0.0.1:6379';

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: SERVER });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function createDatabase(template: string): Promise<string> {
  const name = `quantgate_bench_${randomBytes(8).toString('hex')}`;
  await onServer(`create database ${name} template ${template}`);
  return name;
}

function storeIn(folder: string, database: string | undefined): BenchStore {
  const url = new URL(SERVER);
  if (database !== undefined) url.pathname = database;
  const shared = { DATABASE_URL: url.href, REDIS_URL: REDIS, REDIS_PREFIX: `${database}:` };
  return {
    env: { DATA_DIR: folder, ...(database === undefined ? {} : shared) },
    async copy() {
      const to = await createFolder();
      await cp(folder, to, { recursive: true });
      return storeIn(to, database === undefined ? undefined : await createDatabase(database));
    },
    async remove() {
      await rm(folder, { recursive: true, force: true });
      if (database !== undefined) await onServer(`drop database ${database} with (force)`);
    },
  };
}

function createFolder(): Promise<string> {
  return mkdtemp(join(SCRATCH, 'store-'));
}

/** An empty store. */
export async function createStore(kind: StoreKind): Promise<BenchStore> {
  return storeIn(await createFolder(), kind === 'SQLite' ? undefined : await createDatabase('template0'));
}
