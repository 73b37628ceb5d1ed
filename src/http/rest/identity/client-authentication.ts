import { badUserInput, unauthenticated } from '../../../errors.ts';
import { decodePercent, decodeUtf8, problemOfText } from '../../../lib/text.ts';

/** The credentials of an OAuth client. */
export interface Client {
  clientId: string;
  clientSecret: string;
}

/** How errors name the header. */
const PATH = 'headers.authorization';

/** Ids and secrets of the gateway are much shorter. */
const MAX_LENGTH = 1_000;

/**
 * Reads the id and secret of a client from the header or from the body, but not from both (RFC 6749, 2.3.1).
 * @throws GatewayError `UNAUTHENTICATED` when there are none, `BAD_USER_INPUT` when there are two or they are no text
 */
export function readClient(
  authorization: string | undefined,
  body: { client_id?: string | undefined; client_secret?: string | undefined },
): Client {
  const { client_id: clientId, client_secret: clientSecret } = body;
  if (authorization === undefined) {
    if (clientId === undefined || clientSecret === undefined) throw unauthenticated();
    return { clientId, clientSecret };
  }
  const client = basic(authorization);
  if (clientSecret !== undefined || (clientId !== undefined && clientId !== client.clientId)) {
    throw badUserInput({ path: 'client_id', message: 'and client_secret must be in one place only' });
  }
  return client;
}

/** HTTP Basic. Id and secret are form-encoded before (RFC 6749, 2.3.1). */
function basic(authorization: string): Client {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization)?.[1];
  if (encoded === undefined || encoded.length > 2 * MAX_LENGTH) throw unauthenticated();
  const pair = decodeUtf8(Buffer.from(encoded, 'base64'));
  if (pair === undefined) throw badUserInput({ path: PATH, message: 'must be UTF-8' });
  const [, clientId, clientSecret] = /^([^:]*):(.*)$/s.exec(pair) ?? [];
  if (clientId === undefined || clientSecret === undefined) throw unauthenticated();
  return { clientId: formDecoded(clientId), clientSecret: formDecoded(clientSecret) };
}

function formDecoded(encoded: string): string {
  const text = decodePercent(encoded.replaceAll('+', ' '));
  if (text === undefined) throw unauthenticated();
  const message = problemOfText(text);
  if (message !== undefined) throw badUserInput({ path: PATH, message });
  return text;
}
