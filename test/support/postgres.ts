import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A server on which tests may make and drop databases. */
const server = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** A database that is gone again when it is disposed of. */
export interface TemporaryDatabase extends AsyncDisposable {
  url: string;
  /** Runs statements as its administrator, on a connection of their own; the rows of the last one. */
  run(statement: string): Promise<Record<string, unknown>[]>;
}

const onceOn = async (url: string, statement: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
};

/**
 * Makes an empty database of a random name. It sorts text as English does, the way most servers are set up, so that
 * a test sees where that would matter.
 */
export const temporaryDatabase = async (): Promise<TemporaryDatabase> => {
  const name = `quantgate_test_${randomBytes(8).toString('hex')}`;
  await onceOn(
    server,
    `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US'`,
  );
  // Nothing here has to survive a power cut.
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
};

/**
 * True where the suites on PostgreSQL are left out, which the report shows as skipped: no server answers. On CI there
 * has to be one, so there they run and fail.
 */
export const isPostgresMissing: boolean =
  !process.env.CI &&
  (await onceOn(server, 'select 1').then(
    () => false,
    () => true,
  ));
