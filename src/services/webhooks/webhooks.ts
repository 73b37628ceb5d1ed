import { badUserInput, GatewayError, notFound } from '../../errors.ts';
import { type Message, toTestMessage } from '../../events/webhook-messages.ts';
import type { Clock } from '../../lib/clock.ts';
import { toJson } from '../../lib/json.ts';
import type { Random } from '../../lib/random.ts';
import { logBounds } from '../../store/coordination/log-bounds.ts';
import type { WebhookDeliveryRow, WebhookRow, WebhookSecretRow } from '../../store/schema/index.ts';
import type { Db, Store } from '../../store/store.ts';
import { insertDelivery, readDeliveries } from '../../store/webhooks/deliveries.ts';
import {
  deleteWebhookSecrets,
  insertWebhookSecret,
  listWebhookSecrets,
  secretsOfWebhooks,
} from '../../store/webhooks/secrets.ts';
import {
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  updateWebhook,
  type WebhookChange,
} from '../../store/webhooks/webhooks.ts';
import { webhookSecretBindingOf } from '../../vault/binding.ts';
import type { Vault } from '../../vault/vault.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import { assertValid, check, checkPage } from '../common/input.ts';
import { DEFAULT_PAGE, type Page, type PageRequest, pageOfAll, toPage } from '../common/page.ts';

import { assertUsable, normalizeTarget, type WebhookInput } from './input.ts';
import type { TargetRules } from './target.ts';
import { createTestPlaces } from './test-places.ts';
import {
  type DeliveryView,
  toDeliveryView,
  toSecretView,
  toWebhookView,
  type WebhookSecretView,
  type WebhookView,
} from './views.ts';

/** Webhooks of the caller: events of the own log, posted to a URL by the worker. */
export interface Webhooks {
  /**
   * Makes one; it begins with the events after it. `secret` is shown only now.
   * @throws GatewayError `BAD_USER_INPUT`; `RATE_LIMITED` for one too many
   */
  create(viewer: Viewer, input: WebhookInput): Promise<WebhookView & { secret: string }>;
  /** The oldest first. @throws GatewayError `BAD_USER_INPUT` */
  page(viewer: Viewer, input: PageRequest): Promise<Page<WebhookView>>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, id: string): Promise<WebhookView>;
  /** Enabling goes on after the last delivered event, and at once. @throws GatewayError `NOT_FOUND`, `BAD_USER_INPUT` */
  update(
    viewer: Viewer,
    id: string,
    input: Partial<WebhookInput> & { isDisabled?: boolean | undefined },
  ): Promise<WebhookView>;
  /** @throws GatewayError `NOT_FOUND` */
  remove(viewer: Viewer, id: string): Promise<void>;
  /** Adds a secret; the newest two sign. @throws GatewayError `NOT_FOUND` */
  addSecret(viewer: Viewer, id: string): Promise<WebhookSecretView & { secret: string }>;
  /** Sends one message of type `test`, once. @throws GatewayError `NOT_FOUND`, `RATE_LIMITED` */
  test(viewer: Viewer, id: string): Promise<DeliveryView>;
  /** The newest try first. @throws GatewayError `NOT_FOUND`, `BAD_USER_INPUT` */
  deliveries(viewer: Viewer, id: string, input: PageRequest): Promise<Page<DeliveryView>>;
  /** Delivers every event after the cursor again, with the same ids. @throws GatewayError `NOT_FOUND`, `BAD_USER_INPUT` */
  replay(viewer: Viewer, id: string, input: { after: string }): Promise<WebhookView>;
}

/** Tries to deliver a message once, signed with these secrets, and says what came of it. */
export type TryDelivery = (
  url: string,
  message: Message,
  secrets: readonly string[],
) => Promise<Pick<WebhookDeliveryRow, 'attemptedAt' | 'status' | 'durationMs' | 'outcome'>>;

export interface WebhooksDeps {
  store: Store;
  vault: Pick<Vault, 'seal' | 'open'>;
  clock: Pick<Clock, 'now'>;
  random: Random;
  /** Ids of tries, which sort in their order. */
  nextDeliveryId(): string;
  target: TargetRules;
  tryDelivery: TryDelivery;
}

/** Webhooks of one owner. */
const MAX_WEBHOOKS = 20;

/** A secret in use and its replacement. */
const MAX_SECRETS = 2;

const SECRET_BYTES = 32;

/** An enabled webhook that has not failed, and tries at once. */
const HEALTHY = {
  isDisabled: 0,
  disabledReason: null,
  failures: 0,
  failingSince: null,
  nextTryAt: 0,
} as const;

export function createWebhooks(deps: WebhooksDeps): Webhooks {
  const { store, vault, clock, random, target } = deps;
  const inTestPlace = createTestPlaces();

  const find = async (db: Db, viewer: Viewer, id: string): Promise<WebhookRow> => {
    const row = await findWebhook(db, viewer.userId, id);
    if (row === undefined) throw notFound('Webhook');
    return row;
  };

  const issueSecret = async (tx: Db, ownerId: string, webhookId: string) => {
    const id = random.uuid();
    const secret = `whsec_${random.bytes(SECRET_BYTES).toString('base64')}`;
    const sealed = vault.seal(webhookSecretBindingOf({ ownerId, id }), secret);
    const row: WebhookSecretRow = { id, webhookId, ownerId, ...sealed, createdAt: clock.now() };
    await insertWebhookSecret(tx, row);
    return { row, secret };
  };

  const viewOf = async (row: WebhookRow): Promise<WebhookView> =>
    toWebhookView(row, await listWebhookSecrets(store.db, row.id));

  return {
    async create(viewer, input) {
      authorize(viewer, 'write');
      await assertUsable(input, target);
      const { userId: ownerId } = viewer;
      const { url, types = null, taskId = null, taskListId = null, description = null } = input;
      return store.transaction(ownerId, async (tx) => {
        if ((await listWebhooks(tx, ownerId)).length >= MAX_WEBHOOKS)
          throw new GatewayError('RATE_LIMITED', `At most ${MAX_WEBHOOKS} webhooks can be stored`);
        const { lastSeq } = await logBounds(tx, ownerId);
        const row: WebhookRow = {
          ...HEALTHY,
          ...{ ownerId, url: normalizeTarget(url), taskId, taskListId, description },
          id: random.uuid(),
          types: types === null ? null : toJson([...types]),
          createdAt: clock.now(),
          position: lastSeq,
          missedAfter: null,
          leaseUntil: 0,
          fence: 0,
        };
        await insertWebhook(tx, row);
        const issued = await issueSecret(tx, ownerId, row.id);
        return { ...toWebhookView(row, [issued.row]), secret: issued.secret };
      });
    },

    async page(viewer, input) {
      authorize(viewer, 'read');
      const rows = await listWebhooks(store.db, viewer.userId);
      const { nodes, pageInfo } = pageOfAll(rows, input, ({ createdAt: at, id }) => ({ at, id }), 'oldest');
      const secrets = await secretsOfWebhooks(
        store.db,
        nodes.map(({ id }) => id),
      );
      return { nodes: nodes.map((row) => toWebhookView(row, secrets.get(row.id) ?? [])), pageInfo };
    },

    async get(viewer, id) {
      authorize(viewer, 'read');
      return viewOf(await find(store.db, viewer, id));
    },

    async update(viewer, id, input) {
      authorize(viewer, 'write');
      await find(store.db, viewer, id);
      await assertUsable(input, target);
      const { url, types, isDisabled, ...rest } = input;
      const change: WebhookChange = {
        ...rest,
        // A new address gets its own chance, at once.
        ...(url !== undefined && {
          url: normalizeTarget(url),
          failures: 0,
          failingSince: null,
          nextTryAt: 0,
        }),
        ...(types !== undefined && { types: types === null ? null : toJson([...types]) }),
        ...(isDisabled === false && HEALTHY),
        ...(isDisabled === true && { isDisabled: 1 as const, disabledReason: 'OWNER' as const }),
      };
      if (Object.keys(change).length === 0) return viewOf(await find(store.db, viewer, id));
      const row = await updateWebhook(store.db, viewer.userId, id, change);
      if (row === undefined) throw notFound('Webhook');
      return viewOf(row);
    },

    async remove(viewer, id) {
      authorize(viewer, 'write');
      if (!(await deleteWebhook(store.db, viewer.userId, id))) throw notFound('Webhook');
    },

    async addSecret(viewer, id) {
      authorize(viewer, 'write');
      return store.transaction(viewer.userId, async (tx) => {
        await find(tx, viewer, id);
        const former = await listWebhookSecrets(tx, id);
        await deleteWebhookSecrets(
          tx,
          former.slice(MAX_SECRETS - 1).map((secret) => secret.id),
        );
        const { row, secret } = await issueSecret(tx, viewer.userId, id);
        return { ...toSecretView(row), secret };
      });
    },

    async test(viewer, id) {
      authorize(viewer, 'write');
      const webhook = await find(store.db, viewer, id);
      const secrets = (await listWebhookSecrets(store.db, id)).map((secret) =>
        vault.open(webhookSecretBindingOf(secret), secret.sealed),
      );
      const message = toTestMessage(id, random.uuid(), clock.now());
      const tried = await inTestPlace(viewer.userId, () => deps.tryDelivery(webhook.url, message, secrets));
      const { id: messageId, type, eventSeq } = message;
      const ids = { id: deps.nextDeliveryId(), webhookId: id, ownerId: viewer.userId };
      const row: WebhookDeliveryRow = { ...ids, messageId, type, eventSeq, ...tried };
      await insertDelivery(store.db, row);
      return toDeliveryView(row);
    },

    async deliveries(viewer, id, { after, first }) {
      authorize(viewer, 'read');
      assertValid([
        checkPage(first),
        check(after == null || /^[0-9a-f-]{36}$/.test(after), 'after', 'is not a cursor of this list'),
      ]);
      await find(store.db, viewer, id);
      const size = first ?? DEFAULT_PAGE;
      const rows = await readDeliveries(store.db, id, after ?? undefined, size + 1);
      const { nodes, pageInfo } = toPage(rows, size, (row) => row.id, after);
      return { nodes: nodes.map(toDeliveryView), pageInfo };
    },

    async replay(viewer, id, { after }) {
      authorize(viewer, 'write');
      const seq = /^(0|[1-9]\d{0,15})$/.test(after) ? Number(after) : Number.NaN;
      const row = await store.transaction(viewer.userId, async (tx) => {
        await find(tx, viewer, id);
        const { lastSeq, prunedSeq } = await logBounds(tx, viewer.userId);
        if (!(seq <= lastSeq)) throw badUserInput({ path: 'after', message: 'is not a cursor of this log' });
        // `0` asks for what is kept. Any other cursor that is too old is taken, and the first message states the hole.
        const position = seq === 0 ? prunedSeq : seq;
        const change = { position, missedAfter: null, failures: 0, failingSince: null, nextTryAt: 0 };
        return updateWebhook(tx, viewer.userId, id, change);
      });
      if (row === undefined) throw notFound('Webhook');
      return viewOf(row);
    },
  };
}

/** Adds what changes webhooks to the audit log. */
export function auditWebhooks(webhooks: Webhooks, audited: Audited): Webhooks {
  return {
    ...webhooks,
    create: audited('WEBHOOK_CREATE', webhooks.create),
    update: audited('WEBHOOK_CHANGE', webhooks.update),
    remove: audited('WEBHOOK_DELETE', webhooks.remove),
    addSecret: audited('WEBHOOK_SECRET_ADD', webhooks.addSecret),
    test: audited('WEBHOOK_TEST', webhooks.test),
    replay: audited('WEBHOOK_REPLAY', webhooks.replay),
  };
}
