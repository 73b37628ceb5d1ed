import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Gateway } from './gateway.ts';

/** A message as a receiver has got it. */
export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  message: { type: string; timestamp: string; data: Record<string, unknown> & { id?: string } };
}

/** A receiver of webhooks on the loopback. */
export interface WebhookReceiver extends AsyncDisposable {
  url: string;
  received: Received[];
  /** How it answers. @default 204 */
  answer: (response: ServerResponse, count: number) => void;
}

export async function startReceiver(port = 0): Promise<WebhookReceiver> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    receiver.received.push({ headers: request.headers, body, message: JSON.parse(body) });
    receiver.answer(response, receiver.received.length);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    answer: (response) => response.writeHead(204).end(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** An answer with a status and no body. */
export function answering(status: number, headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => void response.writeHead(status, headers).end();
}

/** True when one of the signatures is of this secret. */
export function isSignedWith(secret: string, { headers, body }: Received): boolean {
  const id = String(headers['webhook-id']);
  const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
  const expected = new Webhook(secret).sign(id, at, body);
  return String(headers['webhook-signature']).split(' ').includes(expected);
}

/** Writes events of deployments of the task 7, in this order, each in its own transaction. */
export async function writeEvents(
  { deps }: Pick<Gateway, 'deps'>,
  ownerId: string,
  deploymentIds: readonly string[],
): Promise<void> {
  for (const deploymentId of deploymentIds) {
    await deps.eventLog.write(ownerId, async (_tx, emit) =>
      emit({ type: 'STATUS_CHANGED', deploymentId, taskId: '7', status: 'RUNNING', rawStatus: 'Running' }),
    );
  }
}
