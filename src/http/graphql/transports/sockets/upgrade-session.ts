import type { IncomingMessage } from 'node:http';
import type { Services } from '../../../../services/services.ts';
import type { Viewer } from '../../../../viewer.ts';
import type { AddressOf } from '../../../live/client-address.ts';
import { hasSessionCookie, readSessionCookies, sessionCookiesOf } from '../../../plugins/cookies.ts';

/** The session of a page that opens a socket by its cookies, found at the upgrade: only that answer can carry new cookies. */
export interface UpgradeSessions {
  /**
   * Finds the session of an upgrade request, if it names one. Browsers add cookies to requests of any page, so they count
   * only with an `Origin`, which the upgrade has checked.
   */
  open(request: IncomingMessage): Promise<void>;
  /** The values of `Set-Cookie` for the answer. */
  newCookies(request: IncomingMessage): string[];
  /** Whom the cookies stand for; undefined without any. @throws GatewayError what `open` has found wrong with them */
  viewerOf(request: IncomingMessage): Viewer | undefined;
}

type Opened = { viewer: Viewer; newCookies: string[] } | { error: unknown };

/** Keeps what was found until the client introduces itself. */
export function createUpgradeSessions(
  { cookieSessions }: Pick<Services, 'cookieSessions'>,
  addressOf: AddressOf,
): UpgradeSessions {
  const opened = new WeakMap<IncomingMessage, Opened>();

  const find = async (request: IncomingMessage): Promise<Opened | undefined> => {
    const { origin, authorization, cookie, 'user-agent': userAgent } = request.headers;
    if (origin === undefined || authorization !== undefined) return undefined;
    const cookies = readSessionCookies(cookie);
    if (!hasSessionCookie(cookies)) return undefined;
    try {
      const address = addressOf(request);
      const { viewer, renewed } = await cookieSessions.open(cookies, { address, userAgent });
      return { viewer, newCookies: renewed ? sessionCookiesOf(renewed) : [] };
    } catch (error) {
      return { error };
    }
  };

  return {
    async open(request) {
      const found = await find(request);
      if (found) opened.set(request, found);
    },
    newCookies(request) {
      const found = opened.get(request);
      return found && 'newCookies' in found ? found.newCookies : [];
    },
    viewerOf(request) {
      const found = opened.get(request);
      if (found === undefined || 'viewer' in found) return found?.viewer;
      throw found.error;
    },
  };
}
