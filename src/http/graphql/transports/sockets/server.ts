import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer, type Server as ProtocolServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { GatewayError, isGatewayError } from '../../../../errors.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Services } from '../../../../services/services.ts';
import { keepAlive } from '../../../live/heartbeat.ts';
import { type ConnectionIdentity, createConnectionIdentity } from '../../../live/identity.ts';
import type { ConnectionRegistry, LiveConnection } from '../../../live/registry.ts';
import { bearerToken } from '../../../plugins/authenticate.ts';
import { readSessionCookies } from '../../../plugins/cookies.ts';
import { newRequestId } from '../../../plugins/problem-details.ts';
import { createContext, type GraphQLContext } from '../../context.ts';
import type { Prepare } from '../../documents/prepare.ts';
import { operationTypeOf, readRequest } from '../../documents/request.ts';
import { formatError, toRequestErrors } from '../../format-error.ts';
import { addIncompletePaths } from '../../incomplete-lists.ts';

export interface SocketsDeps {
  schema: GraphQLSchema;
  services: Services;
  prepare: Prepare;
  clock: Clock;
  logger: FastifyBaseLogger;
  registry: ConnectionRegistry;
  maxSubscriptionsPerSocket: number;
  maxMessageBytes: number;
}

/** Speaks `graphql-transport-ws` on connections that have been upgraded. */
export interface Sockets {
  server: WebSocketServer;
  registry: ConnectionRegistry;
}

/** What belongs to one socket. */
interface Extra extends LiveConnection {
  request: IncomingMessage;
  identity: ConnectionIdentity;
  isOpen(): boolean;
  /** Operations that have begun and not ended, by the id the client gave them. */
  underWay: Map<string, Kind>;
}

/** Limited apart, so that a socket full of subscriptions can still ask something. */
type Kind = 'subscription' | 'request';

/**
 * The token that came with the upgrade. Browsers attach cookies whoever asks, so one counts only together with the
 * `Origin` that the upgrade has found to be ours.
 */
function broughtBy({ headers }: IncomingMessage): string | undefined {
  const { accessToken } = readSessionCookies(headers.origin === undefined ? undefined : headers.cookie);
  return headers.authorization ?? (accessToken && `Bearer ${accessToken}`);
}

/** The payload a client may send with `connection_init` and `ping`. */
type Handover = { authorization?: unknown } | undefined;

const INIT_TIMEOUT_MS = 3_000;

export function createSockets(deps: SocketsDeps): Sockets {
  const { services, prepare, schema, registry, clock, logger } = deps;

  const viewerOf = async (authorization: unknown) =>
    services.accounts.authenticate(
      bearerToken(typeof authorization === 'string' ? authorization : undefined),
    );

  const format = (errors: readonly GraphQLError[]) => {
    const requestId = newRequestId();
    return errors.map((error) => formatError(error, requestId, logger));
  };

  const protocol: ProtocolServer<Extra> = makeServer<Handover & Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,

    async onConnect({ connectionParams, extra }) {
      try {
        const offered = connectionParams?.authorization ?? broughtBy(extra.request);
        const viewer = await viewerOf(offered);
        if (!extra.isOpen()) return false;
        if (!registry.add(viewer.userId, extra)) return extra.close(1013, 'Too many sockets');
        extra.identity.setViewer(viewer);
        return true;
      } catch (error) {
        // Nobody can say whether the token is good: the client is to come back, not to sign in anew.
        if (isGatewayError(error, 'UNAVAILABLE')) return extra.close(1013, 'Try again later');
        if (error instanceof GatewayError) return false;
        throw error;
      }
    },

    onSubscribe({ extra, subscriptions }, id, payload) {
      try {
        const viewer = extra.viewer();
        if (viewer === undefined) throw new GatewayError('UNAUTHENTICATED');
        const asked = readRequest(payload);
        const { document } = prepare(asked);
        const operation = operationTypeOf(document, asked.operationName);
        takePlace(extra, id, operation === 'subscription' ? operation : 'request', subscriptions);
        return {
          schema,
          document,
          operationName: asked.operationName,
          variableValues: asked.variables,
          contextValue: createContext(viewer, services, operation),
        };
      } catch (error) {
        return toRequestErrors(error);
      }
    },

    onNext(_context, _id, _payload, { contextValue }, outcome) {
      const result = addIncompletePaths(outcome, contextValue as GraphQLContext);
      return result.errors ? { ...result, errors: format(result.errors) } : result;
    },
    onError: (_context, _id, _payload, errors) => format(errors as readonly GraphQLError[]),
    onComplete: ({ extra }, id) => void extra.underWay.delete(id),

    onClose({ extra }) {
      const userId = extra.viewer()?.userId;
      if (userId !== undefined) registry.remove(userId, extra);
    },
  });

  /** Lets an operation in, if its id is free and the socket has not enough of its kind. */
  const takePlace = ({ underWay, close }: Extra, id: string, kind: Kind, wanted: object): void => {
    if (underWay.has(id)) {
      // Completed by the client and still on its way out: two at once under one id could not be told apart.
      close(4409, `Subscriber for ${id} already exists`);
      throw new GatewayError('CONFLICT');
    }
    // What the client has completed no longer counts, although it may still be on its way out.
    const ofKind = [...underWay].filter(([other, itsKind]) => itsKind === kind && other in wanted);
    if (ofKind.length >= deps.maxSubscriptionsPerSocket) {
      throw new GatewayError('RATE_LIMITED', `Too many ${kind}s on this socket`);
    }
    underWay.set(id, kind);
  };

  /** A ping may hand over a fresh token of the same user, with which the socket lives on. */
  const takeOver = async (extra: Extra, payload: Handover): Promise<void> => {
    if (payload?.authorization === undefined) return;
    try {
      const next = await viewerOf(payload.authorization);
      if (!extra.isOpen()) return;
      if (next.userId !== extra.viewer()?.userId) throw new GatewayError('UNAUTHENTICATED');
      extra.identity.setViewer(next);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      // The token cannot be looked at right now: the older one holds until it expires, and the next ping may do.
      if (error.code !== 'UNAVAILABLE') extra.close(4403, 'Forbidden');
    }
  };

  const server = new WebSocketServer({
    noServer: true,
    maxPayload: deps.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols,
  });

  server.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const close = (code: number, reason: string): void => socket.close(code, reason);
    const identity = createConnectionIdentity(clock, () => close(4403, 'Token expired'));
    const isOpen = (): boolean => socket.readyState === socket.OPEN;
    const underWay = new Map<string, Kind>();
    const extra: Extra = { request, identity, viewer: identity.viewer, isOpen, close, underWay };
    const fail = (error: unknown): void => {
      logger.error({ err: error }, 'a socket failed');
      close(4500, 'Internal server error');
    };
    socket.on('error', (error) => logger.debug({ err: error }, 'a socket broke'));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        close,
        send: (data) =>
          new Promise((resolve, reject) => {
            if (!isOpen()) return resolve();
            // Resolves once the bytes are on their way: a slow reader holds up its own subscription only.
            socket.send(data, (error) =>
              error && socket.readyState === socket.OPEN ? reject(error) : resolve(),
            );
          }),
        onMessage: (handle) =>
          socket.on('message', (data) => {
            // Whoever does not heed the goodbye is not heard any longer: their token may be the reason for it.
            if (isOpen()) void handle(String(data)).catch(fail);
          }),
        onPing: async (payload) => {
          await takeOver(extra, payload as Handover);
          // Never with the payload: it may have been a token.
          if (isOpen()) socket.send('{"type":"pong"}');
        },
      },
      extra,
    );
    keepAlive(socket, clock);
    socket.once('close', (code, reason) => {
      identity.stop();
      void closed(code, String(reason)).catch(fail);
    });
  });

  return { server, registry };
}
