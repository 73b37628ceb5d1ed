import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createRandom } from '../../simulator/random.ts';
import { followOverSocket } from './connections.ts';
import type { Restore } from './faults/restore.ts';
import { mayBeLost } from './forgotten.ts';
import { between } from './plan.ts';
import type { User } from './user.ts';

/** A message as clients get it. */
interface Message {
  index: number;
  role: string;
  parts: object[];
}

/** A subscriber that follows the conversation of one deployment to its end. */
export interface MessageReader {
  user: User;
  deploymentId: string;
  /** The newest version of each message, by index. */
  messages: Message[];
  /** Messages that came before an earlier one, as texts. */
  gaps: string[];
  /** The gateway has completed its stream. */
  isComplete: boolean;
  fromMs: number;
  toMs: number;
}

/** Follows some of the conversations. */
export interface MessageReaders {
  readers: MessageReader[];
  /** Follows the conversation of every `EVERY`th deployment. */
  follow(user: User, deploymentId: string): void;
  closed(): Promise<unknown>;
}

const FIELDS = `index role parts { type ... on TextPart { text } ... on ReasoningPart { text }
  ... on ToolPart { toolName toolCallId state input output errorText } }`;
const FOLLOW = `subscription ($id: ID!, $after: Int) {
  message: conversationMessages(deploymentId: $id, after: $after, untilTerminal: true) { ${FIELDS} }
}`;
const READ = `query ($id: ID!) { deployment(id: $id) { conversation { messages { ${FIELDS} } } } }`;

const EVERY = 8;

/** A subscriber leaves after a random time in this range and resumes. */
const STAY_MS = [2_000, 15_000] as const;

/** The newest messages may still change: an answer goes on after the prompts that were sent meanwhile. */
const MAY_CHANGE = 4;

/** Tries to read a conversation after the run. */
const READ_TRIES = 10;

/** @param over aborts at the end of the run */
export function createMessageReaders(url: string, over: AbortSignal, seed: number): MessageReaders {
  const readers: MessageReader[] = [];
  const running: Promise<void>[] = [];
  let count = 0;

  const read = async (reader: MessageReader, leaving: AbortSignal): Promise<boolean> => {
    const { user, deploymentId, messages } = reader;
    const after = messages.length > MAY_CHANGE ? messages.length - MAY_CHANGE - 1 : undefined;
    const operation = { query: FOLLOW, variables: { id: deploymentId, after } };
    return followOverSocket<{ message: Message }>({ url, user, over: leaving }, operation, ({ message }) => {
      if (message.index > messages.length) {
        reader.gaps.push(`message ${message.index} of ${deploymentId} came after ${messages.length} others`);
      }
      messages[message.index] = message;
    });
  };

  const subscribe = async (reader: MessageReader, number: number): Promise<void> => {
    const random = createRandom(seed * 2_000_000 + number);
    readers.push(reader);
    while (!over.aborted && !reader.isComplete) {
      const leaving = AbortSignal.any([over, AbortSignal.timeout(between(random, ...STAY_MS))]);
      reader.isComplete = await read(reader, leaving).catch(() => false);
      reader.toMs = Date.now();
      await pause(between(random, 50, 500));
    }
  };

  return {
    readers,
    follow(user, deploymentId) {
      count += 1;
      if (count % EVERY !== 0) return;
      const nowMs = Date.now();
      const reader = { user, deploymentId, messages: [], gaps: [], isComplete: false };
      running.push(subscribe({ ...reader, fromMs: nowMs, toMs: nowMs }, count));
    },
    closed: () => Promise.all(running),
  };
}

/** Compares what the readers got with the conversations, which are read while nothing fails. */
export async function messageFailures(
  readers: readonly MessageReader[],
  restores: readonly Restore[],
): Promise<string[]> {
  const failures: string[] = [];
  for (const reader of readers) {
    const { deploymentId, messages, isComplete, gaps } = reader;
    // Clients that follow a conversation while the database is restored have to read it anew.
    if (mayBeLost({ restores }, reader)) continue;
    failures.push(...gaps);
    if (!isComplete) failures.push(`the messages of ${deploymentId} were not completed`);
    const whole = await readConversation(reader);
    // A prompt after the end has added messages.
    const wrong = messages.findIndex((message, index) => !isDeepStrictEqual(message, whole[index]));
    if (wrong !== -1) failures.push(`message ${wrong} of ${deploymentId} was not sent as it is now`);
    if (messages.length === 0)
      failures.push(`no message of ${deploymentId} was sent, it has ${whole.length}`);
  }
  return failures;
}

async function readConversation({ user, deploymentId }: MessageReader): Promise<Message[]> {
  for (let tries = 0; tries < READ_TRIES; tries += 1) {
    const answer = await user.ask<{ deployment: { conversation: { messages: Message[] } } | null }>(READ, {
      id: deploymentId,
    });
    if ('data' in answer && answer.data.deployment !== null)
      return answer.data.deployment.conversation.messages;
    await pause(500);
  }
  return [];
}
