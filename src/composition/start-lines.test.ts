import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { describeAddresses, describeSetup } from './start-lines.ts';

test('the first line says what the process works with, and no password', () => {
  const config = loadConfig({
    DATABASE_URL: 'postgres://me:secret1@db:5432/gate?options=secret2',
    REDIS_URL: 'rediss://:secret3@cache:6380/2',
    QUANTCONNECT_BASE_URL: 'https://me:secret4@qc.example/api/v2',
  });
  const setup = describeSetup(config, '1.2.3');
  expect(setup).toEqual({
    version: '1.2.3',
    mode: 'development',
    store: 'PostgreSQL at db:5432/gate',
    redis: 'cache:6380/2',
    upstreams: { quantConnect: 'https://qc.example/api/v2', quantCdn: 'https://dashboard.quantcdn.io' },
  });
  expect(describeSetup(loadConfig({}), '1')).toMatchObject({
    store: expect.stringMatching(/^SQLite in \/.*\/data$/),
    redis: 'none',
  });
});

test('the last line of a start has the addresses, without those that are off', () => {
  const config = loadConfig({ GRAPHIQL: 'off', CONSOLE: 'off' });
  expect(describeAddresses('http://h:1', config, undefined)).toEqual({
    address: 'http://h:1',
    graphql: 'http://h:1/graphql',
    graphiql: undefined,
    docs: 'http://h:1/docs',
    console: undefined,
    metrics: undefined,
  });
});
