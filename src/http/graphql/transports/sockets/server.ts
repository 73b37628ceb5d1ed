import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer, type Server as ProtocolServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { GatewayError } from '../../../../errors.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Metrics } from '../../../../lib/metrics/metrics.ts';
import { decodeUtf8 } from '../../../../lib/text.ts';
import type { Services } from '../../../../services/services.ts';
import { createConnectionIdentity } from '../../../live/identity.ts';
import { type ConnectionRegistry, GOING_AWAY } from '../../../live/registry.ts';
import type { Places } from '../../../plugins/places.ts';
import { takeOfUser } from '../../../plugins/request-rate.ts';
import { cutError } from '../../../plugins/shutdown.ts';
import type { Prepare } from '../../documents/prepare.ts';
import { operationTypeOf, readRequest } from '../../documents/request.ts';
import type { Executor } from '../../execution/executor.ts';
import { nameForLog, withShownCalls } from '../../execution/noted-operation.ts';
import { formatError, toRequestErrors } from '../../format-error.ts';
import { toCloseLabel } from './close-codes.ts';
import { createRunningOperations } from './limits.ts';
import { createOperationIds } from './operation-ids.ts';
import { createOperationLines, type OperationLine } from './operation-lines.ts';
import { CLOSE_TIMEOUT_MS, startPings } from './pings.ts';
import { pushResults } from './push-results.ts';
import { createSender } from './sender.ts';
import type { SocketOperation, SocketState } from './socket-state.ts';
import {
  createTokenHandover,
  type TokenHandover,
  type TokenHandoverDeps,
  type TokenPayload,
} from './token-handover.ts';
import { traceHeadersOf } from './trace-headers.ts';

/** A client must send `connection_init` within this time. */
const INIT_TIMEOUT_MS = 3_000;

/** The close of a text message is done by `ws`; a binary one is taken when its bytes are text, too. */
const NOT_UTF8 = [1007, 'Messages must be UTF-8'] as const;

/** The same for a peer that has not introduced itself, and while the process stops, which no peer must delay. */
const LEAVE_TIMEOUT_MS = 1_000;

export interface SocketsDeps extends Omit<TokenHandoverDeps, 'accounts'> {
  schema: GraphQLSchema;
  services: Services;
  prepare: Prepare;
  executor: Executor;
  places: Places;
  clock: Clock;
  metrics: Metrics;
  logger: FastifyBaseLogger;
  maxSubscriptionsPerSocket: number;
  maxMessageBytes: number;
}

/** The WebSocket server; it speaks `graphql-transport-ws` on connections that were upgraded. */
export interface Sockets {
  server: WebSocketServer;
  registry: ConnectionRegistry;
  /** Closes the sockets that have not sent `connection_init` yet, which the registry does not have. */
  closeUnregistered(): void;
}

type Protocol = ProtocolServer<SocketState>;

export function createSockets(deps: SocketsDeps): Sockets {
  const { services, registry, metrics } = deps;
  const tokens = createTokenHandover({ ...deps, accounts: services.accounts });
  const protocol = createProtocol(deps, tokens);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: deps.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols,
  });
  const open = new Set<SocketState>();
  metrics.subscriptions.read(() =>
    [...open].map(({ operations }) => ({ labels: {}, value: operations.subscriptions() })),
  );
  server.on('connection', (socket: WebSocket, request: IncomingMessage, introduced: () => void) => {
    const state = serveSocket(deps, tokens, protocol, socket, request, introduced);
    open.add(state);
    socket.once('close', (code) => {
      open.delete(state);
      metrics.socketCloses.add({ code: toCloseLabel(code) });
      state.lines.close(code, state.viewer());
    });
  });
  return {
    server,
    registry,
    closeUnregistered() {
      for (const state of open) if (state.viewer() === undefined) state.leave();
    },
  };
}

/** The protocol: who may connect, how an operation is prepared, and how results and errors are rendered. */
function createProtocol(
  { schema, prepare, executor, places, registry, requestRate, metrics }: SocketsDeps,
  tokens: TokenHandover,
): Protocol {
  const format = (errors: readonly GraphQLError[], line: OperationLine) =>
    errors.map((error) => formatError(error, line));

  return makeServer<TokenPayload & Record<string, unknown>, SocketState>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,

    async onConnect({ connectionParams, extra }) {
      const isConnected = await tokens.connect(extra, connectionParams);
      if (isConnected) {
        extra.introduced();
        extra.lines.open(extra.viewer());
      }
      return isConnected;
    },

    onSubscribe({ extra, subscriptions }, id, payload) {
      const caller = extra.viewer();
      const line = extra.lines.begin(id, caller);
      try {
        if (caller === undefined) throw new GatewayError('UNAUTHENTICATED');
        if (extra.isLeaving)
          throw new GatewayError('UNAVAILABLE', 'The gateway is stopping', { retryAfter: 1 });
        takeOfUser(requestRate, caller.userId);
        const params = readRequest(payload);
        const prepared = prepare(params);
        const { document } = prepared;
        const type = operationTypeOf(document, params.operationName);
        line.type = type;
        line.record.operation = nameForLog({ document, operationName: params.operationName });
        if (caller.scopes.includes('debug')) line.record.shownCalls = [];
        const viewer = { ...caller, onCall: line.record.noteCall };
        extra.operations.add(id, type, subscriptions);
        const asked = { ...params, ...prepared, traceHeaders: traceHeadersOf(payload, extra.request) };
        const operation: SocketOperation = { ...asked, type, viewer, id, socket: extra };
        return { schema, document, operationName: params.operationName, contextValue: operation };
      } catch (error) {
        return toRequestErrors(error);
      }
    },

    async execute({ contextValue }) {
      const operation = contextValue as SocketOperation;
      const { id, socket, viewer } = operation;
      try {
        const place = await places.take(viewer.userId, socket.left);
        socket.places.set(id, place);
        const outcome = await executor.run({ ...operation, place });
        if ('refusal' in outcome) return failed(outcome.refusal);
        return withShownCalls(outcome.result, socket.lines.of(id).record);
      } catch (error) {
        return failed(error);
      }
    },
    async subscribe({ contextValue }) {
      const operation = contextValue as SocketOperation;
      const { id, socket } = operation;
      const results = await executor.subscribe(operation);
      if (!(Symbol.asyncIterator in results)) return results;
      return pushResults(results, (json) => {
        metrics.deliveries.add({ transport: 'websocket' });
        return socket.sendResult(id, json);
      });
    },

    onNext: ({ extra }, id, _payload, _args, result) =>
      result.errors ? { ...result, errors: format(result.errors, extra.lines.of(id)) } : result,
    onError({ extra }, id, _payload, errors) {
      const formatted = format(errors as readonly GraphQLError[], extra.lines.of(id));
      // What was refused has not begun, and is not completed.
      if (!extra.operations.has(id)) extra.lines.end(id);
      return formatted;
    },
    onComplete({ extra }, id) {
      extra.operations.remove(id);
      extra.lines.end(id);
      extra.places.get(id)?.release();
      extra.places.delete(id);
    },

    onClose({ extra }) {
      const userId = extra.viewer()?.userId;
      if (userId !== undefined) registry.remove(userId, extra);
    },
  });
}

/** Results that fail before the first one, so that the operation ends with the message `error`. */
function failed(error: unknown): AsyncIterable<ExecutionResult> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}

/** Connects one socket to the protocol until it closes. */
function serveSocket(
  { clock, logger, addressOf, maxSubscriptionsPerSocket }: SocketsDeps,
  tokens: TokenHandover,
  protocol: Protocol,
  socket: WebSocket,
  request: IncomingMessage,
  introduced: () => void,
): SocketState {
  const left = new AbortController();
  const terminateAfter = (delayMs: number): void => {
    if (socket.readyState === socket.CLOSED) return;
    const timer = clock.after(delayMs, () => socket.terminate());
    socket.once('close', () => timer.cancel());
  };
  const close = (code: number, reason: string): void => {
    socket.close(code, reason);
    terminateAfter(identity.viewer() === undefined ? LEAVE_TIMEOUT_MS : CLOSE_TIMEOUT_MS);
  };
  const ids = createOperationIds();
  const isOpen = (): boolean => socket.readyState === socket.OPEN;
  const closeNow = (): void => {
    socket.close(...GOING_AWAY);
    terminateAfter(LEAVE_TIMEOUT_MS);
  };
  const lines = createOperationLines(logger, clock, addressOf(request));
  const sender = createSender(socket, request.socket, ids, isOpen);
  const identity = createConnectionIdentity(clock, () => close(4403, 'Token expired'));
  const state: SocketState = {
    transport: 'websocket',
    request,
    identity,
    viewer: identity.viewer,
    isOpen,
    close,
    places: new Map(),
    lines,
    left: left.signal,
    introduced,
    isLeaving: false,
    sendResult: sender.sendResult,
    leave() {
      state.isLeaving = true;
      // The protocol sends `complete` in this turn of the event loop. Without it a client would send the operation again.
      state.operations.onceAnswered(() => setImmediate(closeNow));
    },
    cut() {
      for (const { id, type } of state.operations.unanswered()) {
        const payload = toRequestErrors(cutError(type === 'mutation')).map((error) =>
          formatError(error, lines.of(id)),
        );
        const message = ids.toClient(JSON.stringify({ id, type: 'error', payload }));
        if (isOpen() && message !== undefined) socket.send(message);
      }
      closeNow();
    },
    operations: createRunningOperations(maxSubscriptionsPerSocket),
  };
  const onFailure = (error: unknown): void => {
    logger.error({ err: error }, 'handling of a socket message failed; closing the socket');
    close(4500, 'Internal server error');
  };

  const onClosed = protocol.opened(
    {
      protocol: socket.protocol,
      close,
      send: sender.send,
      onMessage: (handle) =>
        socket.on('message', (data: Buffer) => {
          // Ignore messages after close was sent; the token may have been revoked.
          if (!isOpen()) return;
          const text = decodeUtf8(data);
          if (text === undefined) close(...NOT_UTF8);
          else void handle(ids.toServer(text)).catch(onFailure);
        }),
      onPing: async (payload) => {
        await tokens.refresh(state, payload as TokenPayload);
        // The payload is not sent back, because it may contain a token.
        if (isOpen()) socket.send('{"type":"pong"}');
      },
    },
    state,
  );
  const stopPings = startPings(socket, clock);
  socket.on('error', (error) => logger.debug({ err: error }, 'socket failed; it closes'));
  socket.once('close', (code, reason) => {
    stopPings();
    identity.stop();
    left.abort(new GatewayError('UNAVAILABLE', 'The client has left'));
    void onClosed(code, String(reason)).catch(onFailure);
  });
  return state;
}
