import type { UpstreamDrift } from '../../domain/upstream-drift.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { elementsOf } from '../../upstream/fields/values.ts';
import { unwrapped } from '../../upstream/quantcdn/fields.ts';
import { Answers, objectIn } from '../answers.ts';
import { Undecided } from '../assumption.ts';
import { valuesIn } from '../shapes.ts';

/** The reads of QuantCDN, in their order. `docs/upstream/quantcdn.md` has what each decides. */
export const QUANTCDN_READS = [
  'listTasks',
  'listTasks with limit 1',
  'getTask',
  'getTask of an ended task',
  'getDependencyGraph',
  'listTasks with filters',
  'listTasks with dependsOn',
  'listTasks with includeDetails',
  'getDependencyGraph of an unknown list',
  'getTask of an unknown id',
  'listTasks with a wrong status',
  'listTasks without a token',
  'listTasks of an unknown organisation',
] as const;

export type QuantCdnRead = (typeof QUANTCDN_READS)[number];

/** What the answers of QuantCDN hold, for judging. */
export class QuantCdnEvidence extends Answers<QuantCdnRead> {
  private values: ReadonlySet<string> | undefined;
  /** What the decoders do not know of the answers, as it is shown; undefined when there was nothing to decode. */
  drift: readonly UpstreamDrift[] | undefined;
  /** The filters of the read that has some. */
  filters: { taskListId: string; status: string } | undefined;
  /** A task that another one depends on. */
  dependency: string | undefined;

  /** The tasks of a list. @throws Undecided when the read failed */
  page(read: QuantCdnRead): JsonObject[] {
    return objectsOf(this.objectOf(read).tasks);
  }

  /** The tasks that were read by themselves. @throws Undecided when there are none */
  readTasks(): JsonObject[] {
    const answers = new Map(this.all().map(({ read, answer }) => [read, answer]));
    const tasks = (['getTask', 'getTask of an ended task'] as const).flatMap((read) => {
      const answer = answers.get(read);
      const task = answer?.status === 200 ? objectIn(answer) : undefined;
      return task === undefined || task.error === true ? [] : [task];
    });
    if (tasks.length === 0) throw new Undecided('there is no task to look at');
    return tasks;
  }

  /** Every task, of lists and read by itself. @throws Undecided when there are none */
  tasks(): JsonObject[] {
    const listed = this.all().flatMap(({ answer }) =>
      answer.status === 200 ? objectsOf(objectIn(answer)?.tasks) : [],
    );
    return [...listed, ...this.readTasks()];
  }

  /** The graph, opened when it is JSON text. @throws Undecided */
  graph(): { head: JsonObject; graph: unknown; nodes: JsonObject[] } {
    const head = this.objectOf('getDependencyGraph');
    const graph = unwrapped(head.graph);
    const nodes = Array.isArray(graph) ? graph : isJsonObject(graph) ? Object.values(graph) : [];
    return { head, graph, nodes: nodes.filter(isJsonObject) };
  }

  /** True for a text that stands in an answer as a value. */
  isValue = (text: string): boolean => {
    this.values ??= valuesIn(this.all().map(({ answer }) => objectIn(answer)));
    return this.values.has(text);
  };
}

/** The objects of a list, in whichever form it is written. */
export function objectsOf(list: unknown): JsonObject[] {
  return (elementsOf(unwrapped(list)) ?? []).filter(isJsonObject);
}

/** The texts of a list, in whichever form it is written. */
export function textsOf(list: unknown): string[] {
  return (elementsOf(unwrapped(list)) ?? []).filter((item) => typeof item === 'string');
}
