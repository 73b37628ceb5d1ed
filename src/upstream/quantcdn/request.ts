import type { ReadStart } from '../../domain/read-start.ts';
import type { RequestCalls } from '../../domain/upstream-call.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Tracer } from '../../telemetry/tracing.ts';
import { UpstreamFailure } from '../failure.ts';
import {
  accountKeyOf,
  type CallContext,
  fingerprintOf,
  prepareCall,
  type ReadPriority,
  type UpstreamCall,
} from '../policies/call.ts';
import type { Execute } from '../policies/order.ts';
import { HTTP_STATUS, traceAttempts } from '../policies/trace-attempts.ts';
import { secretsIn } from '../transport/call-secrets.ts';
import type { Transport, TransportResponse } from '../transport/send.ts';
import { type Answer, readAnswer } from './answer.ts';
import type { QuantCdnCredential } from './client.ts';
import { tasksRoot } from './encode.ts';

/** One operation of the AI task API (docs/upstream/quantcdn.md, Operations). */
export interface Operation<T> {
  /** The upstream's name of it. */
  name: 'listTasks' | 'getTask' | 'createTask' | 'updateTask' | 'deleteTask' | 'getDependencyGraph';
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After `/ai/tasks`, encoded. @default '' */
  path?: string;
  query?: Record<string, string | undefined>;
  body?: Record<string, unknown>;
  /** True when the path names a task, so that a 404 is about that task. @default false */
  isAboutTask?: boolean;
  /** The beginning of a read whose observation is stored. */
  start?: ReadStart | undefined;
  /** Tells this read from one of the same address that is decoded otherwise: the two do not share an answer. */
  variant?: string;
  /** @param text the whole body */
  decode: (answer: Answer, text: string) => T;
}

/** Sends an operation for one credential, through every policy. */
export type Send = <T>(operation: Operation<T>) => Promise<T>;

/** What the requests of all credentials share. */
export interface RequestDeps {
  /** The origin alone: `https://dashboard.quantcdn.io`. */
  baseUrl: string;
  /** For one attempt; less when less is left of the call's deadline. */
  timeoutMs: number;
  execute: Execute;
  transport: Transport;
  /** Gets every response, to learn the upstream's time. */
  learnClock: (response: TransportResponse) => void;
  clock: Clock;
  tracer: Tracer;
}

/**
 * How often each method may be sent (docs/upstream/quantcdn.md, Sending again). PUT asks for values and DELETE for
 * an end, so both may be sent again. The upstream has no idempotency key by which it could know a second POST.
 */
const REPEAT: Record<Operation<unknown>['method'], UpstreamCall['repeat']> = {
  GET: 'read',
  PUT: 'repeatable',
  DELETE: 'repeatable',
  POST: 'once',
};

/** The characters that a header can carry, without spaces. A token with any other character cannot be valid. */
const SENDABLE = /^[\x21-\x7e]+$/;

/**
 * The request path: an operation goes through the policies, and each attempt is sent, judged and decoded here. The
 * returned function binds a credential, which only its closure holds, so that it cannot be listed or printed.
 */
export function createRequestPath({
  baseUrl,
  timeoutMs,
  execute,
  transport,
  learnClock,
  clock,
  tracer,
}: RequestDeps) {
  const traced = traceAttempts(tracer, { upstream: 'QuantCDN', baseUrl });

  const attempt = async <T>(
    { apiToken }: QuantCdnCredential,
    target: string,
    operation: Operation<T>,
    context: CallContext,
  ): Promise<T> => {
    const { method, body, decode } = operation;
    if (!SENDABLE.test(apiToken))
      throw new UpstreamFailure('CREDENTIAL_REJECTED', {
        mayHaveActed: false,
        health: 'answered',
        again: 'never',
      });
    const response = await transport.send({
      method,
      url: `${baseUrl}${target}`,
      headers: { authorization: `Bearer ${apiToken}` },
      body: body && JSON.stringify(body),
      timeoutMs: Math.min(timeoutMs, context.deadlineAtMs - clock.steadyMs()),
      mayRepeat: REPEAT[method] !== 'once',
      signal: context.signal,
    });
    tracer.note(HTTP_STATUS, response.status);
    learnClock(response);
    const answer = readAnswer(response, {
      operation,
      nowMs: clock.now(),
      secrets: () => [apiToken, ...secretsIn(body)],
    });
    return decode(answer, response.body.isJson ? response.body.text : '');
  };

  return (
    credential: QuantCdnCredential,
    priority: ReadPriority,
    signal?: AbortSignal,
    calls?: RequestCalls,
  ): Send => {
    const { ownerId, credentialId, organisation, apiToken } = credential;
    const account = accountKeyOf('QUANTCDN', organisation);
    const caller = {
      ownerId,
      account,
      credentialId,
      fingerprint: fingerprintOf(organisation, apiToken),
      priority,
      signal,
      onCall: calls?.onCall,
    };

    return async (operation) => {
      const { method, path = '', query = {}, start, variant = '' } = operation;
      calls?.upstreamCalls?.take(REPEAT[method] !== 'read');
      const target = `${tasksRoot(organisation)}${path}${searchOf(query)}`;
      const prepared = prepareCall(caller, REPEAT[method], operation.name, `${method} ${target} ${variant}`, {
        isUrgent: method === 'DELETE',
        start,
      });
      const send = (context: CallContext) => attempt(credential, target, operation, context);
      const template = { method, operation: templateOf(operation) };
      return execute(prepared.call, traced(template, send), prepared.signal);
    };
  };
}

/** The address of an operation without its ids, for traces. */
function templateOf({ path = '', isAboutTask = false }: Operation<unknown>): string {
  if (path === '') return 'ai/tasks';
  return isAboutTask ? 'ai/tasks/{taskId}' : 'ai/tasks/{taskListId}/dependency-graph';
}

function searchOf(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
