import { addressOf } from '../lib/start-error.ts';

/** What is known about an error of the driver, or of what wraps it. */
interface Failure {
  /** SQLSTATE, or the code of Node. */
  code: string;
  message: string;
}

/**
 * Codes of a server that is not there yet: refused, not resolvable for the moment, starting up, not created
 * yet, not promoted yet. */
const NOT_YET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', '57P03', '3D000', '25006']);

/** True when the database may be usable soon. */
export function isNotThereYet(error: unknown): boolean {
  const { code, message } = failureOf(error);
  return NOT_YET.has(code) || isTimeout(message);
}

/** One line for operators: what is wrong with the database of a URL, and what to do. Never shows a password. */
export function describePostgresFailure(error: unknown, url: string): string {
  return `PostgreSQL at ${addressOf(url, 5432)} ${reasonOf(failureOf(error), namesIn(url))}`;
}

/** The line for a role that may not create the tables. */
export function describeMissingRights(url: string): string {
  const { user, database } = namesIn(url);
  return `PostgreSQL at ${addressOf(url, 5432)} does not let user "${user}" create tables in "${database}": grant it CREATE on the schema`;
}

interface Names {
  user: string;
  database: string;
}

function namesIn(url: string): Names {
  const { username, pathname } = new URL(url);
  const user = decodeURIComponent(username);
  return {
    user: user || 'the user of this process',
    database: decodeURIComponent(pathname.slice(1)) || user,
  };
}

function reasonOf(
  { code, message }: Failure,
  { user, database }: { user: string; database: string },
): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused the connection: start it, or correct host and port in DATABASE_URL';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'cannot be found: the name of the host is not known; correct DATABASE_URL';
    case '28P01':
      return `refused the password of user "${user}": correct DATABASE_URL`;
    case '28000':
      return refusalOf(message, user);
    case '3D000':
      return `has no database "${database}": create it, or correct DATABASE_URL`;
    case '42501':
      return `gives user "${user}" too few rights in "${database}": grant them (${message})`;
    case '57P03':
      return 'is starting up or shutting down: try again in a moment';
    case '53300':
      return 'has no connection left: raise its max_connections, or lower DATABASE_POOL_SIZE';
    case '25006':
      return 'is read-only: DATABASE_URL has to lead to the primary server';
  }
  if (/^The server does not support SSL/.test(message))
    return 'does not speak TLS: switch it on there, or remove sslmode from DATABASE_URL';
  if (/^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_|ERR_TLS_CERT)/.test(code))
    return `has a certificate that is not trusted (${code}): name its authority with sslrootcert in DATABASE_URL`;
  if (/^SASL: .* password must be/.test(message))
    return `asks for a password of user "${user}", and DATABASE_URL has none`;
  if (isTimeout(message) || /^E(TIMEDOUT|HOSTUNREACH|NETUNREACH)$/.test(code))
    return 'does not answer: check the network, and host and port in DATABASE_URL';
  return `cannot be used: ${message}`;
}

/** SQLSTATE 28000 stands for several refusals, which only the server's message tells apart. */
function refusalOf(message: string, user: string): string {
  if (message.endsWith('does not exist')) return `has no role "${user}": create it, or correct DATABASE_URL`;
  if (message.endsWith('no encryption'))
    return `wants TLS of user "${user}": add ?sslmode=verify-full to DATABASE_URL`;
  return `does not let user "${user}" in: allow it in pg_hba.conf (${message})`;
}

function isTimeout(message: string): boolean {
  return /^(timeout expired|Connection terminated|No connection to the database within)/.test(message);
}

/** The innermost cause that has a code, else the innermost cause. */
function failureOf(error: unknown): Failure {
  const failures: Failure[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    failures.push({ code: 'code' in cause ? String(cause.code) : '', message: cause.message });
  }
  // The code of our own errors says what clients get.
  const known = failures.findLast(({ code }) => code !== '' && code !== 'UNAVAILABLE');
  return known ?? failures.at(-1) ?? { code: '', message: String(error) };
}
