import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A server on which tests may create and drop databases. */
const server = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** A database that is dropped at disposal. */
export interface TemporaryDatabase extends AsyncDisposable {
  url: string;
  /** Runs statements on a separate connection; resolves with the rows of the last one. */
  run(statement: string): Promise<Record<string, unknown>[]>;
}

async function onceOn(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/**
 * Creates an empty database with a random name. Its collation is English, as on most servers, so that tests detect
 * queries that depend on the collation.
 */
export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const name = `quantgate_test_${randomBytes(8).toString('hex')}`;
  await onceOn(
    server,
    `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US'`,
  );
  // Durability is not needed here.
  await onceOn(server, `alter database ${name} set synchronous_commit = off`);
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    run: (statement) => onceOn(url.href, statement),
    async [Symbol.asyncDispose]() {
      await onceOn(server, `drop database ${name} with (force)`);
    },
  };
}

/**
 * True if no server answers: the suites on PostgreSQL are skipped. On CI it is always false, so that they fail there.
 */
export const isPostgresMissing: boolean =
  !process.env.CI &&
  (await onceOn(server, 'select 1').then(
    () => false,
    () => true,
  ));
