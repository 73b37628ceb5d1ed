import type { IncomingMessage } from 'node:http';
import { GatewayError, isGatewayError } from '../../../../errors.ts';
import type { LocalWindow } from '../../../../lib/limit/fixed-window.ts';
import type { Accounts } from '../../../../services/identity/accounts.ts';
import type { Viewer } from '../../../../viewer.ts';
import type { AddressOf } from '../../../live/client-address.ts';
import type { ConnectionIdentity } from '../../../live/identity.ts';
import type { ConnectionRegistry, LiveConnection } from '../../../live/registry.ts';
import { bearerToken } from '../../../plugins/authenticate.ts';
import { readSessionCookies } from '../../../plugins/cookies.ts';
import { takeOfUser } from '../../../plugins/request-rate.ts';

/** The payload of `connection_init` and `ping` in which a client can send `Bearer <access token>`. */
export type TokenPayload = { authorization?: unknown } | undefined;

/** A socket that a token can be handed over to. */
export interface AuthenticatedSocket extends LiveConnection {
  /** The request that was upgraded. */
  request: IncomingMessage;
  identity: ConnectionIdentity;
  isOpen(): boolean;
}

export interface TokenHandover {
  /**
   * Handles `connection_init`: authenticates the client and adds the socket to the registry.
   * @returns false when it was refused; the protocol then closes the socket with 4403, unless it is closing already
   */
  connect(socket: AuthenticatedSocket, payload: TokenPayload): Promise<boolean>;
  /** Handles the payload of `ping`: a new token of the same user replaces the one in use. */
  refresh(socket: AuthenticatedSocket, payload: TokenPayload): Promise<void>;
}

export interface TokenHandoverDeps {
  accounts: Pick<Accounts, 'authenticate'>;
  registry: ConnectionRegistry;
  /** Introductions and new tokens are counted as requests. */
  requestRate: LocalWindow | undefined;
  addressOf: AddressOf;
}

/** Creates the part that accepts tokens on sockets (PROTOCOL.md, Sockets). */
export function createTokenHandover(deps: TokenHandoverDeps): TokenHandover {
  const { accounts, registry, requestRate, addressOf } = deps;
  const authenticate = async (authorization: unknown, request: IncomingMessage): Promise<Viewer> => {
    const token = bearerToken(typeof authorization === 'string' ? authorization : undefined);
    return { ...(await accounts.authenticate(token)), address: addressOf(request) };
  };

  return {
    async connect(socket, payload) {
      try {
        const viewer = await authenticate(
          payload?.authorization ?? authorizationOf(socket.request),
          socket.request,
        );
        takeOfUser(requestRate, viewer.userId);
        if (!socket.isOpen()) return false;
        socket.identity.setViewer(viewer);
        if (!registry.add(viewer.userId, socket)) {
          socket.close(1013, 'Too many sockets');
          return false;
        }
        return socket.isOpen();
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        // The token could not be checked. 1013 tells the client to reconnect; 4403 would tell it to sign in again.
        if (isGatewayError(error, 'UNAVAILABLE') || isGatewayError(error, 'RATE_LIMITED'))
          socket.close(1013, 'Try again later');
        return false;
      }
    },

    async refresh(socket, payload) {
      if (payload?.authorization === undefined) return;
      try {
        takeOfUser(requestRate, socket.viewer()?.userId ?? '');
        const viewer = await authenticate(payload.authorization, socket.request);
        if (!socket.isOpen()) return;
        if (viewer.userId !== socket.viewer()?.userId) throw new GatewayError('UNAUTHENTICATED');
        socket.identity.setViewer(viewer);
        if (registry.hasEnded(viewer.sessionId)) throw new GatewayError('UNAUTHENTICATED');
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        // The token could not be checked: the old one stays in use, and the client can send the new one again.
        if (error.code !== 'UNAVAILABLE' && error.code !== 'RATE_LIMITED') socket.close(4403, 'Forbidden');
      }
    },
  };
}

/**
 * The token of the upgrade request. Browsers add cookies to requests of any page, so the cookie is used only with an
 * `Origin`, which the upgrade has checked.
 */
function authorizationOf({ headers }: IncomingMessage): string | undefined {
  const { accessToken } = readSessionCookies(headers.origin === undefined ? undefined : headers.cookie);
  return headers.authorization ?? (accessToken && `Bearer ${accessToken}`);
}
