import { badUserInput, unauthenticated } from '../../../errors.ts';

/** What a client proves itself with. */
export interface Client {
  clientId: string;
  clientSecret: string;
}

/** Far above any id or secret of ours. */
const MAX_LENGTH = 1_000;

/**
 * Finds a client's id and secret where RFC 6749, 2.3.1 allows them: in the header or in the body, not in both.
 * @throws GatewayError `UNAUTHENTICATED` when there are none, `BAD_USER_INPUT` when there are two
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

/** HTTP Basic, with both halves encoded as a form's values first. */
function basic(authorization: string): Client {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization)?.[1];
  if (encoded === undefined || encoded.length > 2 * MAX_LENGTH) throw unauthenticated();
  const [, clientId, clientSecret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  if (clientId === undefined || clientSecret === undefined) throw unauthenticated();
  return { clientId: formDecoded(clientId), clientSecret: formDecoded(clientSecret) };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    throw unauthenticated(error);
  }
}
