import { expect } from 'vitest';
import { gatewayOnBehalfOf } from '../../viewer.ts';
import type { Connection } from './connections.ts';

export const ada = gatewayOnBehalfOf({ id: 'ada', name: 'Ada' });

/** Ada's connection with the credential `c1`. Only the given operations of the client may be called. */
export function connectionTo<Client>(client: Partial<Client>): Connection<Client> {
  return {
    ownerId: ada.userId,
    provider: 'QUANTCONNECT',
    credentialId: 'c1',
    account: 'acme',
    organizationId: null,
    call: (work) => work(client as Client),
  };
}

/** Fails the test when it is called. */
export function notExpected(): never {
  return expect.unreachable('must not be called');
}
