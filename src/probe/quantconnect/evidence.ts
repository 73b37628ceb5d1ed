import type { UpstreamDrift } from '../../domain/upstream-drift.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { readEnvelope } from '../../upstream/quantconnect/answer.ts';
import { classifyStatus } from '../../upstream/quantconnect/status.ts';
import { Answers, objectIn } from '../answers.ts';
import { Undecided } from '../assumption.ts';
import { valuesIn } from '../shapes.ts';

/** The reads of QuantConnect, in their order. `docs/upstream/quantconnect.md` has what each decides. */
export const QUANTCONNECT_READS = [
  'authenticate',
  'agents/list',
  'agents/read',
  'tasks/list',
  'deployments/list',
  'tasks/read',
  'deployments/read',
  'conversation/read',
  'conversation/read of a thread',
  'conversation/read of a queued deployment',
  'agents/read of an unknown id',
  'agents/list of an unknown organization',
  'an unknown path',
  'authenticate with an old signature',
] as const;

export type QuantConnectRead = (typeof QUANTCONNECT_READS)[number];

/** What the answers of QuantConnect hold, for judging. */
export class QuantConnectEvidence extends Answers<QuantConnectRead> {
  private values: ReadonlySet<string> | undefined;
  /** What the decoders do not know of the answers, as it is shown; undefined when there was nothing to decode. */
  drift: readonly UpstreamDrift[] | undefined;
  /** The agent of the task whose deployments were read. */
  agentOfTask: JsonObject | undefined;

  /** The member of a successful answer. @throws Undecided when the read was refused or failed */
  member(read: QuantConnectRead, name: string): unknown {
    const answer = this.objectOf(read);
    if (readEnvelope(answer)?.success === false) throw new Undecided(`${read} was refused`);
    return answer[name];
  }

  /** The objects of a list; empty when the read has none. */
  private listed(read: QuantConnectRead, name: string): JsonObject[] {
    return objectsOf(unlessUndecided(() => this.member(read, name)));
  }

  private one(read: QuantConnectRead, name: string): JsonObject[] {
    const value = unlessUndecided(() => this.member(read, name));
    return isJsonObject(value) ? [value] : [];
  }

  /** @throws Undecided when there are none, here and below */
  agents(): JsonObject[] {
    return some('agent', [...this.listed('agents/list', 'agents'), ...this.one('agents/read', 'agent')]);
  }

  tasks(): JsonObject[] {
    return some('task', [...this.listed('tasks/list', 'tasks'), ...this.one('tasks/read', 'task')]);
  }

  deployments(): JsonObject[] {
    return some('deployment', [
      ...this.listed('deployments/list', 'deployments'),
      ...this.one('deployments/read', 'deployment'),
    ]);
  }

  conversations(): JsonObject[] {
    const name = 'conversation';
    const reads = ['conversation/read', 'conversation/read of a thread'] as const;
    return some(
      name,
      reads.flatMap((read) => this.one(read, name)),
    );
  }

  messages(): JsonObject[] {
    return some(
      'message',
      this.conversations().flatMap(({ messages }) => objectsOf(messages)),
    );
  }

  parts(): JsonObject[] {
    return some(
      'part of a message',
      this.messages().flatMap(({ parts }) => objectsOf(parts)),
    );
  }

  /** True for a text that stands in an answer as a value. */
  isValue = (text: string): boolean => {
    this.values ??= valuesIn(this.all().map(({ answer }) => objectIn(answer)));
    return this.values.has(text);
  };
}

/** The objects of a list. */
export function objectsOf(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** Whether the upstream's word is one of an end. */
export function isEnded({ status }: JsonObject): boolean {
  return ['COMPLETED', 'STOPPED', 'FAILED'].includes(classifyStatus(String(status)));
}

export function isQueued({ status }: JsonObject): boolean {
  return classifyStatus(String(status)) === 'QUEUED';
}

function unlessUndecided<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Undecided) return undefined;
    throw error;
  }
}

function some(what: string, objects: JsonObject[]): JsonObject[] {
  if (objects.length === 0) throw new Undecided(`there is no ${what} to look at`);
  return objects;
}
