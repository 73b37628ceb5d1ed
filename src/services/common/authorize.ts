import { GatewayError } from '../../errors.ts';
import type { Scope, Viewer } from '../../viewer.ts';

/** Checks the scope of the caller's token. @throws GatewayError `FORBIDDEN`, naming the scope */
export function authorize(viewer: Viewer, scope: Scope): void {
  if (!viewer.scopes.includes(scope)) throw new GatewayError('FORBIDDEN', `The scope ${scope} is missing`);
}

/**
 * Checks that the caller is a signed-in person, not a service account: passwords, sessions and administration are closed
 * to services, also when they act for a user. @throws GatewayError `FORBIDDEN`
 */
export function authorizePerson(viewer: Viewer): void {
  if (viewer.actor !== null || viewer.email === null) {
    throw new GatewayError('FORBIDDEN', 'Only for people who sign in themselves');
  }
}

/** Checks that the caller is a signed-in administrator. @throws GatewayError `FORBIDDEN`, naming the role */
export function authorizeAdmin(viewer: Viewer): void {
  authorizePerson(viewer);
  if (!viewer.roles.includes('admin')) throw new GatewayError('FORBIDDEN', 'The role admin is missing');
}
