import { expect, test } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { createMemoryBus } from '../../src/events/bus.ts';
import { createWatchHealth } from '../../src/events/watch-health.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createConnections } from '../../src/services/connections.ts';
import { gatewayOnBehalfOf, type Viewer } from '../../src/viewer.ts';
import { refusalOf } from '../support/answers.ts';
import type { GraphQLClient } from '../support/client.ts';
import { credentialsOf, saveQuantCdn } from '../support/credentials.ts';
import { bootGateway, type Gateway } from '../support/gateway.ts';

/** Connections to QuantCDN over the gateway's own store; what is called upstream is up to the test. */
const quantCdnOf = ({ deps }: Gateway) => {
  const { store, eventLog, services } = deps;
  const health = createWatchHealth({ store, log: eventLog, bus: createMemoryBus(), clock: systemClock });
  const clientOf = ({ id }: { id: string }) => id;
  return createConnections({
    provider: 'QUANTCDN',
    store,
    health,
    audit: services.audit,
    clock: systemClock,
    clientOf,
  });
};

const viewerOf = async (client: GraphQLClient): Promise<Viewer> => {
  const { viewer } = await client.ask<{ viewer: { id: string } }>('{ viewer { id } }');
  return gatewayOnBehalfOf({ id: viewer.id, name: 'somebody' });
};

test('a credential of one upstream does not exist for the other, in either direction', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const [quantConnect, quantCdn] = await credentialsOf(ada);
  const connections = quantCdnOf(gateway);
  const viewer = await viewerOf(ada);
  gateway.simulator.calls.reset();

  const agents = 'query ($with: ID) { agents(credentialId: $with) { id } }';
  expect((await refusalOf(ada, agents, { with: quantCdn?.id })).extensions.code).toBe('NOT_FOUND');
  await expect(connections.open(viewer, quantConnect?.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });

  expect(gateway.simulator.calls.count()).toBe(0);
  expect(await (await connections.open(viewer)).call(async (client) => client)).toBe(quantCdn?.id);
});

test('with a credential of the other upstream alone, the one asked for is missing', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const bob = await gateway.signUp('bob@example.com');
  await saveQuantCdn(bob);

  await expect(quantCdnOf(gateway).open(await viewerOf(ada))).rejects.toMatchObject({
    code: 'CREDENTIAL_MISSING',
    message: 'No QuantCDN credential is stored',
  });
  expect((await refusalOf(bob, '{ agents { id } }')).extensions.code).toBe('CREDENTIAL_MISSING');
});

test('a QuantCDN credential that is refused in use is REJECTED, and VERIFIED as soon as it works again', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  await saveQuantCdn(ada);
  const viewer = await viewerOf(ada);
  const statuses = async () => (await credentialsOf(ada)).map(({ status }) => status);
  const connections = quantCdnOf(gateway);

  const refused = (await connections.open(viewer)).call(() =>
    Promise.reject(new GatewayError('CREDENTIAL_REJECTED')),
  );
  await expect(refused).rejects.toMatchObject({ code: 'CREDENTIAL_REJECTED' });
  expect(await statuses()).toEqual(['REJECTED']);

  await (await connections.open(viewer)).call(async () => undefined);
  expect(await statuses()).toEqual(['VERIFIED']);
});
