import { expect, test } from 'vitest';
import { variableNames } from './config.ts';
import { warningAboutVariables } from './unknown-variables.ts';

test('variables that begin like those of the gateway and are none: one line names them, with what may be meant', () => {
  expect(
    warningAboutVariables({ CORS_ORIGIN: '*', UPSTREAM_RETRIES: '5', POLL_INTERVAL: '2s', HOME: '/root' }),
  ).toBe(
    'variables that the gateway does not have are left aside: CORS_ORIGIN (did you mean CORS_ORIGINS?), UPSTREAM_RETRIES',
  );
});

test('variables of the gateway, and those that other programs set: no line', () => {
  const ours = Object.fromEntries(variableNames.map((name) => [name, 'x']));
  const others = [
    ...['NODE_OPTIONS', 'OTEL_SERVICE_NAME', 'SESSION_MANAGER', 'HOSTNAME', 'MAXIMUM', 'SESSION'],
    ...[
      'REDIS_SERVICE_HOST',
      'REDIS_SERVICE_PORT',
      'REDIS_SERVICE_PORT_REDIS',
      'REDIS_PORT',
      'REDIS_PORT_6379_TCP',
    ],
    ...['REDIS_PORT_6379_TCP_ADDR', 'DATABASE_PORT_5432_TCP_PROTO'],
  ];
  expect(warningAboutVariables({ ...ours, ...Object.fromEntries(others.map((name) => [name, 'x'])) })).toBe(
    undefined,
  );
});
