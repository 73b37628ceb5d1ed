import { GatewayError, notFound } from '../../errors.ts';
import type { Scope, Viewer } from '../../viewer.ts';

/**
 * Checks the scope of the caller's token; watch tokens have none but that of `authorizeDeployment`.
 * @throws GatewayError `FORBIDDEN`, naming the scope
 */
export function authorize(viewer: Viewer, scope: Scope): void {
  refuseWatchToken(viewer);
  if (!viewer.scopes.includes(scope)) throw new GatewayError('FORBIDDEN', `The scope ${scope} is missing`);
}

/**
 * Checks that the caller may read this deployment, or with a watch token, that it is the deployment of the token. Without an
 * id, what is read is not bound to one deployment.
 * @throws GatewayError `FORBIDDEN`; `NOT_FOUND` for another deployment than that of a watch token
 */
export function authorizeDeployment(viewer: Viewer, deploymentId: string | null | undefined): void {
  const { watchedDeploymentId = null } = viewer;
  if (watchedDeploymentId === null || deploymentId == null) authorize(viewer, 'read');
  else if (deploymentId !== watchedDeploymentId) throw notFound('Deployment');
}

/** Checks that the caller has no watch token, which may not even read who it is. @throws GatewayError `FORBIDDEN` */
export function refuseWatchToken({ watchedDeploymentId = null }: Viewer): void {
  if (watchedDeploymentId !== null)
    throw new GatewayError('FORBIDDEN', 'A watch token only reads its deployment');
}

/**
 * Checks that the caller is a signed-in person, not a service account: passwords, sessions and administration are closed
 * to services, also when they act for a user. @throws GatewayError `FORBIDDEN`
 */
export function authorizePerson(viewer: Viewer): void {
  refuseWatchToken(viewer);
  if (viewer.actor !== null || viewer.email === null) {
    throw new GatewayError('FORBIDDEN', 'Only for people who sign in themselves');
  }
}

/** Checks that the caller is a signed-in administrator. @throws GatewayError `FORBIDDEN`, naming the role */
export function authorizeAdmin(viewer: Viewer): void {
  authorizePerson(viewer);
  if (!viewer.roles.includes('admin')) throw new GatewayError('FORBIDDEN', 'The role admin is missing');
}
