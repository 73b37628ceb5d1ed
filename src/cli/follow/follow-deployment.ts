import { StartError } from '../../lib/start-error.ts';
import type { CommandIo, CommandResult } from '../io.ts';
import { type Api, ApiError, Unreachable } from './api.ts';
import { describeEvent, elapsed, harmless, timeOfDay, tokens, underMargin } from './lines.ts';
import { createMessageTeller } from './messages.ts';
import {
  type Deployment,
  exitCodeOf,
  type LogEvent,
  MESSAGES,
  type Message,
  USAGE,
  type Usage,
} from './model.ts';
import { type Followed, followOn, graphqlItems, readOn, restItems } from './resume.ts';
import { createScreen } from './screen.ts';

/** The last messages of a deployment are read moments after its end. */
const LAST_WORDS_MS = 10_000;

export interface FollowOptions {
  json: boolean;
  /** The cursor to begin after. @default the beginning */
  after?: string | undefined;
}

/**
 * Shows a deployment until it has ended: its events, and what is said in it. Ctrl-C ends the following, not the
 * deployment. The exit code says how it has ended.
 * @throws ApiError when the gateway refuses; it says how to go on
 */
export async function followDeployment(
  io: CommandIo,
  api: Api,
  id: string,
  { json, after }: FollowOptions,
): Promise<CommandResult> {
  const { clock, random } = io.runtime;
  const interrupted = io.heedSignals();
  const words = new AbortController();
  interrupted.addEventListener('abort', () => words.abort(), { once: true });
  const path = `/v1/deployments/${encodeURIComponent(id)}`;
  let cursor = after;
  let messageIndex: number | undefined;
  let status = '';
  let startedAtMs = clock.now();
  let usage: Usage | undefined;
  let isLost = false;
  const screen = createScreen(io, {
    json,
    status: () =>
      [
        isLost ? 'connecting again' : status || 'connecting',
        elapsed(clock.now() - startedAtMs),
        usage && usage.turns > 0 ? `${tokens(usage)}  ${describeTurns(usage)}` : '',
        teller.underway().slice(-60),
      ]
        .filter(Boolean)
        .join('  '),
  });
  const teller = createMessageTeller((text) => screen.say(text, {}), screen.columns);

  const onConnection = (state: 'lost' | 'back'): void => {
    isLost = state === 'lost';
    const text = isLost ? 'the connection was lost; connecting again' : 'connected again';
    screen.say(underMargin(timeOfDay(clock.now()), text), { kind: 'connection', state });
  };
  const events: Followed<LogEvent> = {
    open: (signal) => restItems<LogEvent>(api, `${path}/events?untilTerminal=true`, cursor, signal),
    onItem(event) {
      cursor = event.id;
      status = event.status;
      const atMs = Date.parse(event.occurredAt);
      if (event.type === 'CREATED') startedAtMs = atMs;
      screen.say(underMargin(timeOfDay(atMs), describeEvent(event), screen.columns()), {
        kind: 'event',
        event,
      });
    },
    onConnection,
    random,
    signal: interrupted,
  };
  const silently = {
    onConnection: () => undefined,
    random,
    signal: words.signal,
    isKnown: true,
  };
  const messages: Followed<{ message: Message }> = {
    ...silently,
    open: (signal) => graphqlItems(api, MESSAGES, { id, after: messageIndex }, signal),
    onItem({ message }) {
      // The newest message may have changed while the connection was away.
      messageIndex = message.index > 0 ? message.index - 1 : undefined;
      if (json) screen.say('', { kind: 'message', message });
      else teller.take(message);
    },
  };
  const usages: Followed<{ usage: Usage }> = {
    ...silently,
    open: (signal) => graphqlItems(api, USAGE, { id }, signal),
    onItem(item) {
      usage = item.usage;
      if (json) screen.say('', { kind: 'usage', usage });
    },
  };

  try {
    const said = withoutRefusals(followOn(messages));
    const used = withoutRefusals(followOn(usages));
    await followOn(events);
    const limit = setTimeout(() => words.abort(), interrupted.aborted ? 0 : LAST_WORDS_MS);
    await said;
    clearTimeout(limit);
    words.abort();
    await used;
    teller.flush();
  } catch (error) {
    words.abort();
    const wasSeen = status !== '';
    throw wasSeen && error instanceof ApiError
      ? new StartError(`${error.message}; ${goOn(id, cursor)}`, { cause: error })
      : error;
  } finally {
    screen.close();
  }
  if (interrupted.aborted) return { json: undefined, text: goOn(id, cursor), exitCode: 1 };
  const deployment = await readOn(() => api.request<Deployment>('GET', path), random);
  return toResult(io, deployment, { json, usage: (await lastUsage(api, path)) ?? usage, startedAtMs });
}

function goOn(id: string, cursor: string | undefined): string {
  const after = cursor === undefined ? '' : ` --after ${cursor}`;
  return `the deployment goes on; follow it by: quantgate events --follow --deployment ${id}${after}`;
}

function describeTurns({ turns: count }: Usage): string {
  return `${count} turn${count === 1 ? '' : 's'}`;
}

/** What was used up to the end, which the subscription may not have told yet. */
async function lastUsage(api: Api, path: string): Promise<Usage | undefined> {
  try {
    const { inputTokens, outputTokens, turns } = await api.request<Usage>(
      'GET',
      `${path}/conversation?first=1`,
    );
    return { inputTokens, outputTokens, turns };
  } catch {
    return undefined;
  }
}

/** With persisted operations, or a token that reads less, a deployment is followed without its messages. */
async function withoutRefusals(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
  });
}

function toResult(
  { writeOut, runtime: { clock } }: CommandIo,
  deployment: Deployment,
  { json, usage, startedAtMs }: { json: boolean; usage: Usage | undefined; startedAtMs: number },
): CommandResult {
  const { id, status, runtimeError, endReason } = deployment;
  const exitCode = exitCodeOf(status);
  if (json) {
    writeOut(`${JSON.stringify({ kind: 'end', deployment, usage: usage ?? null })}\n`);
    return { json: undefined, text: undefined, exitCode };
  }
  const reason = endReason === null || endReason === status ? '' : ` (${endReason})`;
  const used = usage ? `, ${tokens(usage)}` : '';
  const lines = [
    `${id} ${status}${reason} after ${elapsed(clock.now() - startedAtMs)}${used}`,
    ...(runtimeError ? [harmless(runtimeError).trimEnd()] : []),
  ];
  return { json: undefined, text: lines.join('\n'), exitCode };
}
