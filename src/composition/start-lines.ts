import { resolve } from 'node:path';
import type { Config } from '../config.ts';

/** What a process works with, for its first line. No URL keeps its user, password or query. */
export function describeSetup(config: Config, version: string): Record<string, unknown> {
  return {
    version,
    mode: config.isProduction ? 'production' : 'development',
    store:
      config.databaseUrl === undefined
        ? `SQLite in ${resolve(config.dataDir)}`
        : `PostgreSQL at ${placeOf(config.databaseUrl)}`,
    redis: config.redisUrl === undefined ? 'none' : placeOf(config.redisUrl),
    upstreams: {
      quantConnect: placeOf(config.quantConnectBaseUrl),
      quantCdn: placeOf(config.quantCdnBaseUrl),
    },
  };
}

/** Where a process can be reached, for the line with which it is ready. */
export function describeAddresses(
  address: string,
  { console, graphql: { graphiql } }: Pick<Config, 'console' | 'graphql'>,
  metrics: string | undefined,
): Record<string, string | undefined> {
  return {
    address,
    graphql: `${address}/graphql`,
    graphiql: graphiql ? `${address}/graphiql` : undefined,
    docs: `${address}/docs`,
    console: console ? `${address}/console` : undefined,
    metrics,
  };
}

/** Scheme, host and path of a URL; of a database or of Redis the host and the name of the database. */
function placeOf(text: string): string {
  const { protocol, host, pathname } = new URL(text);
  const path = pathname.replace(/\/$/, '');
  return /^https?:$/.test(protocol) ? `${protocol}//${host}${path}` : `${host}${path}`;
}
