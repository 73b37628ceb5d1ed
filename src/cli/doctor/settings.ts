import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, Environment } from '../../config.ts';
import { warningAboutPublicUrl } from '../../lib/net/public-url.ts';
import { type Check, checksOf } from './check.ts';

/** Settings that can be used and are seldom meant: those of production, and of several replicas. */
export function checkSettings(config: Config, env: Environment): Check[] {
  const { ok, warn } = checksOf('production');
  const { NODE_ENV: mode = 'development' } = env;
  if (config.isProduction) {
    const found = productionProblems(config).map(warn);
    return found.length > 0 ? found : [ok('The settings are those of production')];
  }
  if (!/^(development|test)$/.test(mode))
    return [warn(`NODE_ENV is ${mode}, which counts as development: set it to production, or remove it`)];
  if (config.publicUrl.startsWith('https:'))
    return [warn(`PUBLIC_URL is ${config.publicUrl}, but NODE_ENV is not production: set it there`)];
  return [ok('Not in production: nothing to check')];
}

function productionProblems(config: Config): string[] {
  const { corsOrigins, graphql, host, publicUrl, registrationOpen, trustProxy, webhooksAllowPrivate } =
    config;
  const problems = [warningAboutPublicUrl(publicUrl)];
  if (registrationOpen)
    problems.push(
      'REGISTRATION is open: whoever reaches the gateway can sign up; set it to closed, or mean it',
    );
  if (graphql.graphiql)
    problems.push('GRAPHIQL is on: remove it, unless the schema is meant to be tried out');
  if (graphql.introspection) problems.push('INTROSPECTION is on: remove it, unless the schema is public');
  if (webhooksAllowPrivate)
    problems.push(
      'WEBHOOK_ALLOW_PRIVATE is on: every user can reach what the gateway can reach; remove it, or mean it',
    );
  for (const origin of corsOrigins.filter((one) => one.startsWith('http:')))
    problems.push(
      `CORS_ORIGINS has ${origin}: its pages can be changed on their way; name their https: origin`,
    );
  if (trustProxy === undefined && publicUrl.startsWith('https:') && /^(0\.0\.0\.0|::)$/.test(host))
    problems.push(
      'TRUST_PROXY is not set: behind a proxy all callers have its address and share its limits; name the proxy',
    );
  return problems.filter((problem) => problem !== undefined);
}

/** Whether replicas, of which there may be several with PostgreSQL, have Redis between them. */
export function checkReplicas({ databaseUrl, redisUrl }: Config): Check[] {
  const { ok, warn } = checksOf('replicas');
  if (databaseUrl === undefined) return [ok('One process, on the embedded store')];
  if (redisUrl !== undefined) return [ok('Several replicas may share the store and Redis')];
  return [
    warn(
      'REDIS_URL is not set: with several replicas, events of others arrive up to 5 s late and limits cover one process; name a Redis, or run one replica',
    ),
  ];
}

/** Bits of a file's mode that let the group or others read. */
const READABLE_BY_OTHERS = 0o044;

/** Whether `.env` keeps its secrets to its owner. */
export function checkEnvFile(folder: string): Check[] {
  const { ok, warn } = checksOf('env-file');
  const file = statSync(join(folder, '.env'), { throwIfNoEntry: false });
  if (file === undefined) return [ok('There is no .env here; the environment alone counts')];
  if ((file.mode & READABLE_BY_OTHERS) !== 0)
    return [warn('.env can be read by other users of this machine: chmod 600 .env')];
  return [ok('Only its owner can read .env')];
}
