import { GatewayError } from '../../errors.ts';
import type { Scope, Viewer } from '../../viewer.ts';

/** Lets only callers through whose token allows it. @throws GatewayError `FORBIDDEN`, naming the scope */
export function authorize(viewer: Viewer, scope: Scope): void {
  if (!viewer.scopes.includes(scope)) throw new GatewayError('FORBIDDEN', `The scope ${scope} is missing`);
}

/**
 * Lets only people through who signed in themselves: passwords, sessions and administration are no business of a
 * service, whoever it acts for. @throws GatewayError `FORBIDDEN`
 */
export function authorizePerson(viewer: Viewer): void {
  if (viewer.actor !== null || viewer.email === null) {
    throw new GatewayError('FORBIDDEN', 'Only for people who sign in themselves');
  }
}

/** Lets only administrators through, in person. @throws GatewayError `FORBIDDEN`, naming the role */
export function authorizeAdmin(viewer: Viewer): void {
  authorizePerson(viewer);
  if (!viewer.roles.includes('admin')) throw new GatewayError('FORBIDDEN', 'The role admin is missing');
}
