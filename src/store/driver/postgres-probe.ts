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

/** The value of a condition, on a connection of its own. */
async function ask(url: string, condition: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that fails after it was refused reports so with an event, which must have a listener.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: boolean }>(`select ${condition} as answer`);
    return rows[0]?.answer === true;
  } finally {
    await client.end();
  }
}
