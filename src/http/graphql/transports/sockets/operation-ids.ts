import { isJsonObject } from '../../../../lib/json.ts';

/**
 * Ids of operations on one socket. A client may use an id again as soon as it has sent `complete`, while its operation is
 * still closing (PROTOCOL.md, Sockets). So each operation runs under an id of its own, which is never used again.
 */
export interface OperationIds {
  /** A message of the client as the protocol library gets it: with the id of the operation in place of the client's. */
  toServer(text: string): string;
  /** A message for the client with the id that the client chose; undefined when the client has completed the operation. */
  toClient(text: string): string | undefined;
  /** The beginning of a message `next` for the client, up to its payload; undefined when the client has completed it. */
  nextHead(id: string): Buffer | undefined;
}

/** A message to a client that has an id. The protocol library writes the id first. */
const WITH_ID = /^\{"id":"(\d+)"(?=,"type":"(next|error|complete)")/;

export function createOperationIds(): OperationIds {
  const byClientId = new Map<string, string>();
  const clientIds = new Map<string, string>();
  const heads = new Map<string, Buffer>();
  let count = 0;

  const open = (clientId: string): string => {
    // An id in use is handed on, and the library closes the socket with 4409.
    const used = byClientId.get(clientId);
    if (used !== undefined) return used;
    count += 1;
    byClientId.set(clientId, String(count));
    clientIds.set(String(count), clientId);
    return String(count);
  };

  const close = (clientId: string): string | undefined => {
    const id = byClientId.get(clientId);
    byClientId.delete(clientId);
    if (id !== undefined) {
      clientIds.delete(id);
      heads.delete(id);
    }
    return id;
  };

  return {
    toServer(text) {
      const message = parse(text);
      if (!isJsonObject(message) || typeof message.id !== 'string' || message.id === '') return text;
      if (message.type === 'subscribe') return write({ ...message, id: open(message.id) });
      // What was never begun, or has ended, has the id 0, which no operation has.
      if (message.type === 'complete')
        return JSON.stringify({ id: close(message.id) ?? '0', type: 'complete' });
      return text;
    },
    toClient(text) {
      const [head, id = '', type] = WITH_ID.exec(text) ?? [];
      if (head === undefined) return text;
      const clientId = clientIds.get(id);
      if (clientId === undefined) return undefined;
      if (type !== 'next') close(clientId);
      return `{"id":${JSON.stringify(clientId)}${text.slice(head.length)}`;
    },
    nextHead(id) {
      const clientId = clientIds.get(id);
      if (clientId === undefined) return undefined;
      const known = heads.get(id);
      if (known !== undefined) return known;
      const head = Buffer.from(`{"id":${JSON.stringify(clientId)},"type":"next","payload":`);
      heads.set(id, head);
      return head;
    },
  };
}

/** A message as text. In place of what nests too deep to be written, variables are handed on that are not taken. */
function write(message: Record<string, unknown>): string {
  try {
    return JSON.stringify(message);
  } catch {
    return JSON.stringify({ ...message, payload: { query: '', variables: { 'nested too deep': '\ud800' } } });
  }
}

/** The value of JSON text; undefined for other text, which the protocol library refuses with 4400. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
