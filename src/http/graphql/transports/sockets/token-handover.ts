import type { IncomingMessage } from 'node:http';
import { GatewayError, InvalidTokenError, invalidToken, isGatewayError } from '../../../../errors.ts';
import type { LocalWindow } from '../../../../lib/limit/fixed-window.ts';
import type { Accounts } from '../../../../services/identity/accounts.ts';
import type { Viewer } from '../../../../viewer.ts';
import type { AddressOf } from '../../../live/client-address.ts';
import type { ConnectionIdentity } from '../../../live/identity.ts';
import type { ConnectionRegistry, LiveConnection } from '../../../live/registry.ts';
import { bearerToken } from '../../../plugins/authenticate.ts';
import { takeOfUser } from '../../../plugins/request-rate.ts';
import type { UpgradeSessions } from './upgrade-session.ts';

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
   * @returns false when it was refused; the socket is closing then
   */
  connect(socket: AuthenticatedSocket, payload: TokenPayload): Promise<boolean>;
  /** Handles the payload of `ping`: a new token of the same user replaces the one in use. */
  refresh(socket: AuthenticatedSocket, payload: TokenPayload): Promise<void>;
}

export interface TokenHandoverDeps {
  accounts: Pick<Accounts, 'authenticate'>;
  upgradeSessions: UpgradeSessions;
  registry: ConnectionRegistry;
  /** Introductions and new tokens are counted as requests. */
  requestRate: LocalWindow | undefined;
  addressOf: AddressOf;
}

/** Creates the part that accepts tokens on sockets (PROTOCOL.md, Sockets). */
export function createTokenHandover(deps: TokenHandoverDeps): TokenHandover {
  const { accounts, upgradeSessions, registry, requestRate, addressOf } = deps;
  const authenticate = async (authorization: unknown, request: IncomingMessage): Promise<Viewer> => {
    const token = bearerToken(typeof authorization === 'string' ? authorization : undefined);
    return { ...(await accounts.authenticate(token)), address: addressOf(request) };
  };
  /** By the token of the payload, else by the cookies or the header of the upgrade. */
  const introduce = async ({ request }: AuthenticatedSocket, payload: TokenPayload): Promise<Viewer> => {
    const viewer = payload?.authorization === undefined ? upgradeSessions.viewerOf(request) : undefined;
    if (viewer) return { ...viewer, address: addressOf(request) };
    return authenticate(payload?.authorization ?? request.headers.authorization, request);
  };

  return {
    async connect(socket, payload) {
      try {
        const viewer = await introduce(socket, payload);
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
        else socket.close(4403, reasonOf(error));
        return false;
      }
    },

    async refresh(socket, payload) {
      if (payload?.authorization === undefined) return;
      try {
        takeOfUser(requestRate, socket.viewer()?.userId ?? '');
        const viewer = await authenticate(payload.authorization, socket.request);
        if (!socket.isOpen()) return;
        if (viewer.userId !== socket.viewer()?.userId) throw invalidToken();
        socket.identity.setViewer(viewer);
        if (registry.hasEnded(viewer)) throw invalidToken();
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        // The token could not be checked: the old one stays in use, and the client can send the new one again.
        if (error.code !== 'UNAVAILABLE' && error.code !== 'RATE_LIMITED')
          socket.close(4403, reasonOf(error));
      }
    },
  };
}

/** What is wrong with a token, as clients find it in the close event (PROTOCOL.md, Close codes). */
function reasonOf(error: GatewayError): string {
  if (!(error instanceof InvalidTokenError)) return 'Token missing';
  return error.isExpired ? 'Token expired' : 'Token invalid';
}
