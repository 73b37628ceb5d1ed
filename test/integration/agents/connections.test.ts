import { expect, test } from 'vitest';
import { seededQuantCdnToken } from '../../../simulator/index.ts';
import { credentialsOf, saveQuantCdn } from '../../support/credentials.ts';
import { bootGateway } from '../../support/gateway.ts';
import { refusalOf } from '../../support/graphql-errors.ts';

const AGENTS = 'query ($with: ID) { agents(credentialId: $with) { id } }';
const AI_TASKS = 'query ($with: ID) { aiTasks(credentialId: $with) { id } }';

test('a credential of one upstream is not found by the other, in either direction', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredentials();
  const [quantConnect, quantCdn] = await credentialsOf(ada);
  gateway.simulator.calls.reset();

  for (const [document, credential] of [
    [AGENTS, quantCdn],
    [AI_TASKS, quantConnect],
  ] as const) {
    const refusal = await refusalOf(ada, document, { with: credential?.id });
    expect([refusal.extensions.code, refusal.message]).toEqual(['NOT_FOUND', 'Credential not found']);
  }
  expect(gateway.simulator.calls.count()).toBe(0);
  expect(await ada.ask(AGENTS, { with: quantConnect?.id })).toEqual({ agents: [] });
  expect(await ada.ask(AI_TASKS, { with: quantCdn?.id })).toEqual({ aiTasks: [] });
});

test("with only the other upstream's credential, the needed one is missing", async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const bob = await gateway.signUp('bob@example.com');
  await saveQuantCdn(bob);

  for (const [user, document] of [
    [ada, AI_TASKS],
    [bob, AGENTS],
  ] as const) {
    expect((await refusalOf(user, document)).extensions.code).toBe('CREDENTIAL_MISSING');
  }
});

test('a refused QuantCDN credential is REJECTED, and VERIFIED once it works again', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();
  await saveQuantCdn(ada);
  const statuses = async () => (await credentialsOf(ada)).map(({ status }) => status);

  gateway.simulator.quantcdn.removeToken(seededQuantCdnToken.name);
  expect((await refusalOf(ada, AI_TASKS)).extensions.code).toBe('CREDENTIAL_REJECTED');
  expect(await statuses()).toEqual(['REJECTED']);

  gateway.simulator.quantcdn.addToken(seededQuantCdnToken);
  expect(await ada.ask(AI_TASKS)).toEqual({ aiTasks: [] });
  expect(await statuses()).toEqual(['VERIFIED']);
});
