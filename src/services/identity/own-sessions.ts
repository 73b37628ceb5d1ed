import type { Sessions } from '../../auth/sessions.ts';
import { notFound } from '../../errors.ts';
import type { SessionRow } from '../../store/schema/index.ts';
import type { Viewer } from '../../viewer.ts';
import { type Audit, actorOf } from '../common/audit.ts';
import { authorizePerson } from '../common/authorize.ts';
import { type Page, type PageRequest, pageOfAll } from '../common/page.ts';

/** A session as its user sees it. Times are RFC 3339. */
export interface SessionView {
  id: string;
  createdAt: string;
  /** When its tokens were last renewed. */
  lastUsedAt: string;
  /** When it ends, unless its tokens are renewed before. */
  expiresAt: string;
  userAgent: string | null;
  /** True for the session of this request. */
  current: boolean;
}

/** The caller's sessions. */
export interface OwnSessions {
  /** The newest first. @throws GatewayError `BAD_USER_INPUT` */
  page(viewer: Viewer, input: PageRequest): Promise<Page<SessionView>>;
  /** Ends one of the caller's sessions. @throws GatewayError `NOT_FOUND` */
  end(viewer: Viewer, sessionId: string): Promise<void>;
  /** Ends all of the caller's sessions but that of this request. */
  endOthers(viewer: Viewer): Promise<void>;
}

export function createOwnSessions({ sessions, audit }: { sessions: Sessions; audit: Audit }): OwnSessions {
  const recordEnded = async (viewer: Viewer, sessionIds: readonly string[]): Promise<void> => {
    for (const sessionId of sessionIds) {
      await audit.record({ act: 'SESSION_END', ...actorOf(viewer), subjects: { sessionId } });
    }
  };

  return {
    async page(viewer, input) {
      authorizePerson(viewer);
      const live = await sessions.list(viewer.userId);
      const { nodes, pageInfo } = pageOfAll(live, input, ({ createdAt: at, id }) => ({ at, id }), 'newest');
      return { nodes: nodes.map((row) => toSessionView(row, viewer)), pageInfo };
    },

    async end(viewer, sessionId) {
      authorizePerson(viewer);
      const live = await sessions.findLive(sessionId);
      if (live?.userId !== viewer.userId) throw notFound('Session');
      if (await sessions.revoke(sessionId)) await recordEnded(viewer, [sessionId]);
    },

    async endOthers(viewer) {
      authorizePerson(viewer);
      await recordEnded(viewer, await sessions.revokeAllOf(viewer.userId, viewer.sessionId));
    },
  };
}

function toSessionView(row: SessionRow, { sessionId }: Viewer): SessionView {
  return {
    id: row.id,
    createdAt: new Date(row.createdAt).toISOString(),
    lastUsedAt: new Date(row.rotatedAt ?? row.createdAt).toISOString(),
    expiresAt: new Date(row.expiresAt).toISOString(),
    userAgent: row.userAgent,
    current: row.id === sessionId,
  };
}
