import type { UpstreamCall } from './call.ts';

/** Limits of connections as in production. */
export const CONNECTIONS = { connections: 64, connectionsPerOwner: 16 };

/** A read of an owner's only credential, which is named like the owner. */
export function callOf(ownerId: string, change: Partial<UpstreamCall> = {}): UpstreamCall {
  return {
    operation: 'agents/read',
    ownerId,
    ownedAccount: `${ownerId} account`,
    credentialId: ownerId,
    priority: 'interactive',
    repeat: 'read',
    key: 'agents/read {}',
    ...change,
  };
}
