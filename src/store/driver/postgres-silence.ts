import { Client } from 'pg';
import { isConnectionLost, isServerFull } from './unavailable.ts';

/** Resolves or rejects as `answer`, or rejects once the server is found to be silent. */
export type SilenceGuard = <T>(answer: Promise<T>) => Promise<T>;

/** How long a statement may take until the server is asked for a sign of life, and between two such questions. */
const QUIET_MS = 1_000;

/** How long the server may take to accept a connection; less than the pool allows. */
const SIGN_OF_LIFE_MS = 1_500;

/**
 * Tells a server that cannot be reached from one that is slow. A statement in a transaction may wait for a lock for
 * seconds on a server that is well, so a short limit for all statements would fail such requests. Instead, while a
 * statement is without an answer, a new connection is opened every second. If the server takes it, or refuses it with
 * a reason, the statement goes on waiting, up to its own limits. If nothing comes back, packets are lost, and the
 * statement fails after 2.5 s. Statements that wait at the same time share a connection. Where only the connection of
 * the statement is dead, its own limits end it.
 */
export function createSilenceGuard(url: string): SilenceGuard {
  let asking: Promise<boolean> | undefined;
  const isAnswering = (): Promise<boolean> => {
    asking ??= takesConnections(url).finally(() => {
      asking = undefined;
    });
    return asking;
  };

  return async (answer) => {
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const silence = new Promise<never>((_resolve, reject) => {
      const ask = async (): Promise<void> => {
        const isAlive = await isAnswering();
        if (isOver) return;
        if (isAlive) askLater();
        else reject(new ServerSilentError());
      };
      const askLater = (): void => {
        timer = setTimeout(() => void ask(), QUIET_MS);
      };
      askLater();
    });
    try {
      return await Promise.race([answer, silence]);
    } finally {
      isOver = true;
      clearTimeout(timer);
    }
  };
}

/** Counts as a lost connection. */
class ServerSilentError extends Error {
  override readonly name = 'ServerSilentError';
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('The database answers neither a statement nor a new connection');
  }
}

/** True if the server accepts a connection, or refuses it with a reason that is not its own end. Never rejects. */
async function takesConnections(url: string): Promise<boolean> {
  const client = new Client({
    connectionString: url,
    application_name: 'quantgate',
    connectionTimeoutMillis: SIGN_OF_LIFE_MS,
  });
  // A connection that fails later reports so with an event, which must have a listener.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    return isServerFull(error) || !isConnectionLost(error);
  }
  // The answer is known; that the connection cannot be closed in order says nothing more.
  client.end().catch(() => undefined);
  return true;
}
