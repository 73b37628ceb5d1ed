import { hashOf } from '../../auth/refresh-tokens.ts';
import { newServiceSecret } from '../../auth/service-secrets.ts';
import type { SessionRevocations } from '../../auth/session-revocations.ts';
import { conflict, notFound } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import {
  deleteExpiredSecrets,
  deleteSecret,
  deleteServiceAccount,
  findServiceAccount,
  insertSecret,
  insertServiceAccount,
  listSecretsOf,
  pageOfServiceAccounts,
  type ServiceAccount,
  type ServiceSecret,
} from '../../store/identity/service-accounts.ts';
import type { Db, Store } from '../../store/store.ts';
import { COMMAND_LINE, SCOPES, type Scope, type Viewer } from '../../viewer.ts';
import { type Audit, actorOf } from '../common/audit.ts';
import { authorizeAdmin } from '../common/authorize.ts';
import { assertValid, check, checkPage } from '../common/input.ts';
import {
  DEFAULT_PAGE,
  decodeCursor,
  encodeCursor,
  type Page,
  type PageRequest,
  toPage,
} from '../common/page.ts';

/** A service account as administrators see it. Times are RFC 3339. */
export interface ServiceAccountView {
  /** Also its OAuth `client_id`, and the owner id of what it creates. */
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: string;
  secrets: SecretView[];
}

/** A stored secret; the secret itself cannot be read back. */
export interface SecretView {
  id: string;
  createdAt: string;
  /** When a token was last issued for it, to see whether an old secret is still in use. */
  lastUsedAt: string | null;
  /** Null for one that does not expire. */
  expiresAt: string | null;
}

/** What a new secret is: without `expiresAt` (RFC 3339) it does not expire. */
export interface NewSecret {
  expiresAt?: string | undefined;
}

/** Service accounts: programs that call for themselves or for a user. Only administrators manage them. */
export interface ServiceAccounts {
  /** Creates one; `secret` is shown only now. @throws GatewayError `FORBIDDEN`, `BAD_USER_INPUT` */
  create(
    viewer: Viewer,
    input: { name: string; scopes: readonly Scope[] } & NewSecret,
  ): Promise<ServiceAccountView & { secret: string }>;
  /** The oldest first. @throws GatewayError `BAD_USER_INPUT` */
  page(viewer: Viewer, input: PageRequest): Promise<Page<ServiceAccountView>>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, id: string): Promise<ServiceAccountView>;
  /** Deletes one and everything it owns. Its tokens and open connections end at once. */
  remove(viewer: Viewer, id: string): Promise<void>;
  /** Adds a second secret, so that the first can be replaced without downtime. @throws GatewayError `CONFLICT` for a third */
  addSecret(viewer: Viewer, id: string, input?: NewSecret): Promise<SecretView & { secret: string }>;
  /** Deletes a secret. Every token that was issued for it ends at once. */
  removeSecret(viewer: Viewer, id: string, secretId: string): Promise<void>;
}

export interface ServiceAccountsDeps {
  store: Store;
  revocations: SessionRevocations;
  audit: Audit;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

/** A secret in use and its replacement. */
const MAX_SECRETS = 2;

export function createServiceAccounts(deps: ServiceAccountsDeps): ServiceAccounts {
  const { store, revocations, audit, clock, random } = deps;

  const find = async (db: Db, id: string): Promise<ServiceAccount> => {
    const account = await findServiceAccount(db, id);
    if (account === undefined) throw notFound('Service account');
    return account;
  };

  /** Makes a secret and stores its hash. The secret itself is only in the answer. */
  const issueSecret = async (tx: Db, serviceId: string, { expiresAt }: NewSecret) => {
    const secret = newServiceSecret(random);
    const stored: ServiceSecret = {
      id: random.uuid(),
      serviceId,
      hash: hashOf(secret),
      createdAtMs: clock.now(),
      lastUsedAtMs: null,
      expiresAtMs: expiresAt === undefined ? null : Date.parse(expiresAt),
    };
    await insertSecret(tx, stored);
    return { stored, secret };
  };

  const checkExpiry = (expiresAt: string | undefined) =>
    check(
      expiresAt === undefined || Date.parse(expiresAt) > clock.now(),
      'expiresAt',
      'must be in the future',
    );

  return {
    async create(viewer, { name, scopes, expiresAt }) {
      authorizeAdmin(viewer);
      assertValid([checkExpiry(expiresAt)]);
      const id = random.uuid();
      const granted = SCOPES.filter((scope) => scopes.includes(scope));
      // The command line has no row that could be the maker.
      const createdBy = viewer === COMMAND_LINE ? null : viewer.userId;
      const account = { id, name, scopes: granted, createdAtMs: clock.now(), createdBy };
      const { stored, secret } = await store.transaction(id, async (tx) => {
        await insertServiceAccount(tx, account);
        return issueSecret(tx, id, { expiresAt });
      });
      const subjects = { serviceAccountId: id, secretId: stored.id };
      await audit.record({ act: 'SERVICE_ACCOUNT_CREATE', ...actorOf(viewer), subjects });
      return { ...toServiceAccountView(account, [stored]), secret };
    },

    async page(viewer, { after, first }) {
      authorizeAdmin(viewer);
      assertValid([checkPage(first)]);
      const size = first ?? DEFAULT_PAGE;
      const accounts = await pageOfServiceAccounts(store.db, decodeCursor(after), size + 1);
      const { nodes, pageInfo } = toPage(
        accounts,
        size,
        ({ createdAtMs: at, id }) => encodeCursor({ at, id }),
        after,
      );
      const secrets = await listSecretsOf(
        store.db,
        nodes.map(({ id }) => id),
      );
      const byAccount = Map.groupBy(secrets, ({ serviceId }) => serviceId);
      return { nodes: nodes.map((one) => toServiceAccountView(one, byAccount.get(one.id) ?? [])), pageInfo };
    },

    async get(viewer, id) {
      authorizeAdmin(viewer);
      return toServiceAccountView(await find(store.db, id), await listSecretsOf(store.db, [id]));
    },

    async remove(viewer, id) {
      authorizeAdmin(viewer);
      const ended = await store.transaction(id, async (tx) => {
        await find(tx, id);
        const secrets = await listSecretsOf(tx, [id]);
        await deleteServiceAccount(tx, id);
        return secrets;
      });
      for (const secret of ended) revocations.announce({ sessionId: secret.id, userId: id });
      const subjects = { serviceAccountId: id };
      await audit.record({ act: 'SERVICE_ACCOUNT_DELETE', ...actorOf(viewer), subjects });
    },

    async addSecret(viewer, id, { expiresAt } = {}) {
      authorizeAdmin(viewer);
      assertValid([checkExpiry(expiresAt)]);
      const { stored, secret } = await store.transaction(id, async (tx) => {
        await find(tx, id);
        await deleteExpiredSecrets(tx, id, clock.now());
        if ((await listSecretsOf(tx, [id])).length >= MAX_SECRETS) {
          throw conflict(`A service account has at most ${MAX_SECRETS} secrets; delete one first`);
        }
        return issueSecret(tx, id, { expiresAt });
      });
      const subjects = { serviceAccountId: id, secretId: stored.id };
      await audit.record({ act: 'SERVICE_SECRET_ADD', ...actorOf(viewer), subjects });
      return { ...toSecretView(stored), secret };
    },

    async removeSecret(viewer, id, secretId) {
      authorizeAdmin(viewer);
      if (!(await deleteSecret(store.db, id, secretId))) throw notFound('Secret');
      revocations.announce({ sessionId: secretId, userId: id });
      const subjects = { serviceAccountId: id, secretId };
      await audit.record({ act: 'SERVICE_SECRET_DELETE', ...actorOf(viewer), subjects });
    },
  };
}

function toServiceAccountView(
  { id, name, scopes, createdAtMs }: ServiceAccount,
  secrets: readonly ServiceSecret[],
): ServiceAccountView {
  return {
    id,
    name,
    scopes,
    createdAt: new Date(createdAtMs).toISOString(),
    secrets: secrets.map(toSecretView),
  };
}

function toSecretView({ id, createdAtMs, lastUsedAtMs, expiresAtMs }: ServiceSecret): SecretView {
  return {
    id,
    createdAt: new Date(createdAtMs).toISOString(),
    lastUsedAt: lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString(),
    expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
  };
}
