import type { Clock } from '../../lib/clock.ts';
import { parseJson, toJson } from '../../lib/json.ts';
import type { Logger } from '../../lib/logger.ts';
import type { SortableIds } from '../../lib/sortable-ids.ts';
import { insertAuditRow, readAuditRows } from '../../store/identity/audit.ts';
import type { AuditRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { Principal, Viewer } from '../../viewer.ts';
import { authorizeAdmin } from './authorize.ts';
import { assertValid, check, checkPage } from './input.ts';
import { DEFAULT_PAGE, type Page, type PageRequest, toPage } from './page.ts';

/** Every act that is recorded. Those of the last five lines are recorded only when a service acts for a user. */
export const AUDIT_ACTS = [
  ...[
    'REGISTRATION',
    'SIGN_IN',
    'SIGN_IN_LIMIT',
    'REFRESH_REUSE',
    'SESSION_END',
    'PASSWORD_CHANGE',
    'KEY_ROTATION',
  ],
  ...['USER_CREATE', 'USER_DISABLE', 'USER_ENABLE', 'USER_ROLES_CHANGE', 'USER_ERASE'],
  ...['PASSWORD_RESET_ISSUE', 'PASSWORD_RESET'],
  ...['CREDENTIAL_SAVE', 'CREDENTIAL_CHANGE', 'CREDENTIAL_VERIFY', 'CREDENTIAL_DELETE'],
  ...['CREDENTIAL_FIRST_USE', 'CREDENTIAL_REJECTION'],
  ...['SERVICE_ACCOUNT_CREATE', 'SERVICE_ACCOUNT_USE', 'SERVICE_ACCOUNT_DELETE'],
  ...['SERVICE_SECRET_ADD', 'SERVICE_SECRET_DELETE', 'WATCH_TOKEN_CREATE'],
  ...['WEBHOOK_CREATE', 'WEBHOOK_CHANGE', 'WEBHOOK_DELETE', 'WEBHOOK_SECRET_ADD', 'WEBHOOK_REPLAY'],
  ...['WEBHOOK_TEST', 'WEBHOOK_DISABLE'],
  ...['BUDGET_SET', 'BUDGET_DELETE'],
  ...['AGENT_CREATE', 'AGENT_UPDATE', 'AGENT_DELETE'],
  ...['TASK_CREATE', 'TASK_UPDATE', 'TASK_DELETE'],
  ...['DEPLOYMENT_CREATE', 'DEPLOYMENT_PROMPT', 'DEPLOYMENT_STOP', 'DEPLOYMENT_DELETE'],
  ...['AI_TASK_CREATE', 'AI_TASK_UPDATE', 'AI_TASK_DELETE'],
  ...['AI_TASK_LINK', 'AI_TASK_RUN', 'AI_LIST_RUN', 'AI_LIST_STOP'],
] as const;
export type AuditAct = (typeof AUDIT_ACTS)[number];

/** An act to be recorded. It must never hold a secret, a token, a hash or text typed by a user. */
export interface AuditedAct {
  act: AuditAct;
  /** Null for an unknown caller, and for the gateway itself. */
  actor: Principal | null;
  /** The user for whom a service acted, or the owner of what the gateway acted on. */
  onBehalfOf?: Principal | null;
  /** An error code when it failed. @default 'OK' */
  outcome?: string;
  /** Ids of what it was done to, by name. */
  subjects?: Record<string, string>;
  address?: string | null;
}

/** A recorded act as administrators see it. */
export interface AuditEntry extends Required<AuditedAct> {
  /** Also its cursor. */
  id: string;
  /** RFC 3339. */
  at: string;
}

/** Which entries, and which page of them. */
export interface AuditRequest extends PageRequest {
  act?: AuditAct | undefined;
  /** The id of a user or service account: what it did, and what was done for it. */
  principalId?: string | undefined;
}

/** The audit log. */
export interface Audit {
  /**
   * Appends one row. Await it before the act is answered, so that the row is there when the answer is. It never throws:
   * if the store fails, the whole row is logged as an error instead.
   */
  record(act: AuditedAct): Promise<void>;
  /**
   * The newest entry that matches first; 100 without `first`. For administrators.
   * @throws GatewayError `FORBIDDEN`, `BAD_USER_INPUT`
   */
  page(viewer: Viewer, input: AuditRequest): Promise<Page<AuditEntry>>;
}

/** The part of a recorded act that says who did it. A service that acts for a user is named together with the user. */
export function actorOf({ userId, name, actor, address }: Viewer) {
  const user: Principal = { id: userId, name };
  return actor === null ? { actor: user, address } : { actor, onBehalfOf: user, address };
}

export interface AuditDeps {
  store: Store;
  ids: SortableIds;
  clock: Pick<Clock, 'now'>;
  logger: Pick<Logger, 'error'>;
}

export function createAudit({ store, ids, clock, logger }: AuditDeps): Audit {
  return {
    async record(act) {
      const row = toRow(act, ids.next(), clock.now());
      try {
        await insertAuditRow(store.db, row);
      } catch (error) {
        logger.error(
          { err: error, audit: row },
          'audit row could not be stored; the row is only in this line',
        );
      }
    },

    async page(viewer, { after, first, act, principalId }) {
      authorizeAdmin(viewer);
      assertValid([
        checkPage(first),
        check(after == null || IS_CURSOR.test(after), 'after', 'is not a cursor of this log'),
      ]);
      const size = first ?? DEFAULT_PAGE;
      const rows = await readAuditRows(store.db, { before: after ?? undefined, act, principalId }, size + 1);
      const { nodes, pageInfo } = toPage(rows, size, ({ id }) => id, after);
      return { nodes: nodes.map(toEntry), pageInfo };
    },
  };
}

const IS_CURSOR = /^[0-9a-f-]{36}$/;

function toRow(entry: AuditedAct, id: string, at: number): AuditRow {
  return {
    id,
    at,
    act: entry.act,
    actorId: entry.actor?.id ?? null,
    actorName: entry.actor?.name ?? null,
    onBehalfOfId: entry.onBehalfOf?.id ?? null,
    onBehalfOfName: entry.onBehalfOf?.name ?? null,
    outcome: entry.outcome ?? 'OK',
    subjects: toJson(entry.subjects ?? {}),
    address: entry.address ?? null,
  };
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: new Date(row.at).toISOString(),
    act: row.act as AuditAct,
    actor: toPrincipal(row.actorId, row.actorName),
    onBehalfOf: toPrincipal(row.onBehalfOfId, row.onBehalfOfName),
    outcome: row.outcome,
    subjects: parseJson(row.subjects),
    address: row.address,
  };
}

function toPrincipal(id: string | null, name: string | null): Principal | null {
  return id === null || name === null ? null : { id, name };
}
