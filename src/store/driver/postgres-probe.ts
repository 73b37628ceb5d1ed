import { Client } from 'pg';
import { ReadOnlySessionError } from './unavailable.ts';

/** Time limit for connecting. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * Connects once, as the URL says, and disconnects.
 * @throws the driver's error, unchanged; ReadOnlySessionError when the server takes no writes
 */
export async function probePostgres(url: string): Promise<void> {
  if (await ask(url, `current_setting('transaction_read_only')::boolean`)) throw new ReadOnlySessionError();
}

/** True when the role of the URL may create tables where the gateway's are. @throws the driver's error, unchanged */
export async function mayCreateTables(url: string): Promise<boolean> {
  return ask(url, `coalesce(has_schema_privilege(current_schema(), 'create'), false)`);
}

/** What is at the URL. */
export interface PostgresDescription {
  /** As in 15. */
  major: number;
  /** As the server writes it: `15.8`. */
  version: string;
  /** A pooler hands one session of the server to several clients, one transaction after another. */
  poolsTransactions: boolean;
  /** A pooler refuses transactions, without which the gateway cannot work. */
  refusesTransactions: boolean;
}

/** Asks what is there, on two connections of its own. @throws the driver's error, unchanged */
export async function describePostgres(url: string): Promise<PostgresDescription> {
  return connected(url, (first) =>
    connected(url, async (second) => {
      const refusesTransactions = await first.query('begin').then(
        () => first.query('commit').then(() => false),
        () => true,
      );
      // Two clients have two sessions, unless a pooler gives one to both in turn.
      const sessionOf = async (client: Client): Promise<number> =>
        (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
      const poolsTransactions = (await sessionOf(first)) === (await sessionOf(second));
      const { rows } = await first.query<{ version: string; number: string }>(
        `select current_setting('server_version') as version, current_setting('server_version_num') as number`,
      );
      const { version = '', number = '0' } = rows[0] ?? {};
      return {
        major: Math.floor(Number(number) / 10_000),
        version: version.split(' ', 1)[0] ?? '',
        poolsTransactions,
        refusesTransactions,
      };
    }),
  );
}

/** The value of a condition, on a connection of its own. */
async function ask(url: string, condition: string): Promise<boolean> {
  return connected(url, async (client) => {
    const { rows } = await client.query<{ answer: boolean }>(`select ${condition} as answer`);
    return rows[0]?.answer === true;
  });
}

/** Runs what needs one connection. */
async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that fails after it was refused reports so with an event, which must have a listener.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
