import type { Tokens } from '../../auth/tokens.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import { assertValid, check } from '../common/input.ts';
import type { DeploymentReader } from './deployment-reader.ts';

/** A token for a page or a program that may see one deployment and nothing else. */
export interface WatchToken {
  token: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
}

/** The watch tokens that a caller gives out (docs/guide/people.md, Watch tokens). */
export interface WatchTokens {
  /**
   * @param input.ttlSeconds 900 without one
   * @throws GatewayError `NOT_FOUND`, `BAD_USER_INPUT`; those of a subscriber for a deployment that is not tracked yet
   */
  create(viewer: Viewer, input: { deploymentId: string; ttlSeconds?: number | null }): Promise<WatchToken>;
}

const DEFAULT_TTL_SECONDS = 900;
const MAX_TTL_SECONDS = 3_600;

export interface WatchTokensDeps {
  reader: Pick<DeploymentReader, 'trackDeployment'>;
  tokens: Pick<Tokens, 'issueWatch'>;
}

export function createWatchTokens({ reader, tokens }: WatchTokensDeps): WatchTokens {
  return {
    async create(viewer, { deploymentId, ttlSeconds }) {
      authorize(viewer, 'read');
      const seconds = ttlSeconds ?? DEFAULT_TTL_SECONDS;
      const isInRange = seconds >= 1 && seconds <= MAX_TTL_SECONDS;
      assertValid([check(isInRange, 'ttlSeconds', `must be from 1 to ${MAX_TTL_SECONDS}`)]);
      await reader.trackDeployment(viewer, { id: deploymentId });
      const { userId, sessionId, actor } = viewer;
      // The service account itself has no actor, but its secret is what the token depends on.
      const serviceId = actor?.id ?? (viewer.email === null ? userId : undefined);
      const service = serviceId === undefined ? undefined : { id: serviceId, scopes: ['read'] as const };
      const subject = { userId, sessionId, service };
      const { token, expiresAtMs } = tokens.issueWatch(subject, { deploymentId, ttlSeconds: seconds });
      return { token, expiresAt: new Date(expiresAtMs).toISOString() };
    },
  };
}

/** Adds the watch tokens that are given out to the audit log; the tokens themselves are not in it. */
export function auditWatchTokens(watchTokens: WatchTokens, audited: Audited): WatchTokens {
  return { ...watchTokens, create: audited('WATCH_TOKEN_CREATE', watchTokens.create) };
}
