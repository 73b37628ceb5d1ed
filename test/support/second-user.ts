import type { Account, QuantCdnToken } from '../../simulator/index.ts';
import type { GraphQLClient } from './client.ts';
import type { Gateway } from './gateway.ts';

/** A QuantConnect account in an organization of its own. */
export const otherAccount = {
  userId: '98765',
  apiToken: 'fedcba9876543210'.repeat(4),
  name: 'Bob Roe',
  organizations: [{ id: 'fedcba9876543210fedcba9876543210', name: 'Other', nodeSku: 'A4-8' }],
} satisfies Account;

/** A token of an organisation of its own. */
const otherToken = {
  token: 'quantcdn-other-token-fedcba9876543210',
  name: 'other',
  organisations: ['umbrella'],
} satisfies QuantCdnToken;

/** Signs up a second user with another QuantConnect account. */
export async function signUpSecondUser(gateway: Gateway, email = 'bob@example.com'): Promise<GraphQLClient> {
  gateway.simulator.control.addAccount(otherAccount);
  const client = await gateway.signUp(email);
  await client.saveCredential(otherAccount);
  return client;
}

/** The same, with another QuantCDN organisation. */
export async function signUpSecondUserOfBoth(gateway: Gateway): Promise<GraphQLClient> {
  const client = await signUpSecondUser(gateway);
  gateway.simulator.quantcdn.addToken(otherToken);
  await client.saveQuantCdnCredential(otherToken);
  return client;
}
