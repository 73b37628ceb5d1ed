import { toWebhookView } from '../../src/services/webhooks/views.ts';
import { readDeliveries } from '../../src/store/webhooks/deliveries.ts';
import { findWebhook } from '../../src/store/webhooks/webhooks.ts';
import { bootGateway, type GatewayOptions } from './gateway.ts';
import { createManualClock } from './manual-clock.ts';
import type { WebhookReceiver } from './webhooks.ts';

/** A webhook as it was made. */
interface Hook {
  id: string;
  secret: string;
}

/** A gateway that delivers when the test says so, by a clock that the test moves; its user has one webhook. */
export async function bootWithHook(
  receiver: Pick<WebhookReceiver, 'url'>,
  more: object = {},
  options: GatewayOptions = {},
) {
  const clock = createManualClock(Date.now());
  const gateway = await bootGateway({
    ...options,
    clock,
    polls: false,
    env: { WEBHOOK_ALLOW_PRIVATE: 'true', ...options.env },
  });
  const ada = await gateway.signUp();
  const { id: ownerId } = (await (await ada.request('/v1/me')).json()) as { id: string };
  const hook = await ada.post<Hook>('/v1/webhooks', { url: receiver.url, ...more });
  const deliver = (): Promise<void> => gateway.deps.webhookDeliverer.tick();
  /** As it is stored: tokens expire while the clock is moved. */
  const stored = async () => {
    const row = await findWebhook(gateway.deps.store.db, ownerId, hook.id);
    if (row === undefined) throw new Error('the webhook is gone');
    return toWebhookView(row, []);
  };
  const tries = () => readDeliveries(gateway.deps.store.db, hook.id, undefined, 100);
  return Object.assign(gateway, { clock, ada, ownerId, hook, deliver, stored, tries });
}

/** The deployments that the messages are about. */
export const deploymentsOf = ({ received }: WebhookReceiver) =>
  received.map(({ message }) => message.data.deploymentId);
/** The ids of the messages. */
export const idsOf = ({ received }: WebhookReceiver) => received.map(({ headers }) => headers['webhook-id']);
