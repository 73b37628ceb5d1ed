import { ACCESS_COOKIE } from '../../../src/http/plugins/cookies.ts';
import { openAcknowledged, openProbe } from '../../support/socket-probe.ts';

/** Offers a token; resolves with 'refused', or with what happened instead. */
export type Door = (token: string) => Promise<string>;

/** The close code of a socket whose token is not good. */
const FORBIDDEN = 4403;

/**
 * Every way in which an access token reaches the gateway.
 * @param valid a good token, for the socket that a hostile one is handed to
 */
export function doorsForTokens(url: string, valid: () => string): Record<string, Door> {
  const asked = async (path: string, headers: Record<string, string>, body?: object): Promise<string> => {
    const response = await fetch(`${url}${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    });
    const text = await response.text();
    if (response.status === 431) return 'refused';
    if (response.status !== 401) return `answered with ${response.status}: ${text.slice(0, 200)}`;
    return text.includes('UNAUTHENTICATED') ? 'refused' : `401 with another code: ${text.slice(0, 200)}`;
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const cookie = (token: string) => ({ cookie: `${ACCESS_COOKIE}=${token}` });
  const query = { query: '{ viewer { id } }' };
  return {
    'in the header of a REST request': (token) => asked('/v1/me', bearer(token)),
    'in the header of a GraphQL request': (token) => asked('/graphql', bearer(token), query),
    'in the header of a GraphQL stream': (token) => asked('/graphql/stream', bearer(token), query),
    'in the header of an event stream': (token) =>
      asked('/v1/deployments/A-1/events', { ...bearer(token), accept: 'text/event-stream' }),
    'in a cookie': (token) => asked('/v1/me', cookie(token)),
    'in connection_init': (token) =>
      verdictOf(url, (probe) => probe.send({ type: 'connection_init', payload: authorization(token) })),
    'in a cookie at the upgrade': (token) =>
      verdictOf(url, (probe) => probe.send({ type: 'connection_init' }), { ...cookie(token), origin: url }),
    'in the ping of an open socket': async (token) => {
      await using probe = await openAcknowledged(url, valid());
      probe.send({ type: 'ping', payload: authorization(token) });
      const answer = await Promise.race([probe.closed, probe.messages.next()]).catch(() => probe.closed);
      return 'code' in answer && answer.code === FORBIDDEN
        ? 'refused'
        : `answered by ${JSON.stringify(answer)}`;
    },
  };
}

function authorization(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

type Probe = Awaited<ReturnType<typeof openProbe>>;

async function verdictOf(
  url: string,
  introduce: (probe: Probe) => void,
  headers: Record<string, string> = {},
): Promise<string> {
  await using probe = await openProbe(url, { headers });
  introduce(probe);
  const answer = await Promise.race([probe.closed, probe.messages.next()]).catch(() => probe.closed);
  return 'code' in answer && answer.code === FORBIDDEN ? 'refused' : `answered by ${JSON.stringify(answer)}`;
}
