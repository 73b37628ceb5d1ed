import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLNamedType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql';

/** What it takes to check that every leaf of an upstream's answer is found in the gateway's. */

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

/** Fields that need further calls, or would not end: they lead to other objects. */
const JOINS = new Set(['Agent.tasks', 'ChainedAgent.agent', 'SubAgent.agent']);
JOINS.add('AiTaskNode.task');
for (const field of ['dependencies', 'dependents', 'agentTask', 'deployment', 'run']) {
  JOINS.add(`AiTask.${field}`);
}
for (const field of ['agent', 'deployments', 'aiTasks']) JOINS.add(`AgentTask.${field}`);
for (const field of ['task', 'agent', 'conversation', 'events']) JOINS.add(`Deployment.${field}`);

/** A selection of every field of a type that needs no further call. */
export function everyField(typeName: string): string {
  return selectionOf(schema.getType(typeName));
}

function selectionOf(type: GraphQLNamedType | undefined): string {
  if (isInterfaceType(type)) {
    const kinds = schema.getPossibleTypes(type);
    return `{ __typename ${kinds.map((kind) => `... on ${kind.name} ${selectionOf(kind)}`).join(' ')} }`;
  }
  if (!isObjectType(type)) throw new Error(`${type?.name} has no fields`);
  const fields = Object.values(type.getFields()).filter((field) => !JOINS.has(`${type.name}.${field.name}`));
  const selections = fields.map((field) => {
    const inner = getNamedType(field.type);
    return isLeafType(inner) ? field.name : `${field.name} ${selectionOf(inner)}`;
  });
  return `{ ${selections.join(' ')} }`;
}

/** A value of an answer and the names that lead to it, without positions: `agents.author.name`. */
export interface Leaf {
  path: string;
  value: string | number | boolean;
}

/** All values of an answer but those that stand for none: null, empty text, `[]` and `{}`. */
export function leavesOf(value: unknown, path: readonly string[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((element) => leavesOf(element, path));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inside]) => leavesOf(inside, [...path, name]));
  }
  const isNone = value === null || value === undefined || value === '';
  return isNone ? [] : [{ path: path.join('.'), value: value as Leaf['value'] }];
}

/** How an upstream names and writes what the gateway shows. */
export interface Mapping {
  /** The gateway's path for a path of the upstream, where they differ. */
  renamed: Record<string, string>;
  /** The value as the gateway writes it. */
  written(leaf: Leaf): unknown;
}

/** The leaves of an upstream's object that are found neither in their field nor in `raw`, under their own path. */
export function homeless(raw: unknown, answer: unknown, { renamed, written }: Mapping): string[] {
  const shown = new Set(
    leavesOf(answer).map(({ path, value }) => {
      const names = path.split('.').filter((name) => name !== 'raw');
      return `${names.join('.')}=${value}`;
    }),
  );
  const missing = leavesOf(raw).filter((leaf) => {
    const field = `${renamed[leaf.path] ?? leaf.path}=${written(leaf)}`;
    return !shown.has(field) && !shown.has(`${leaf.path}=${leaf.value}`);
  });
  return [...new Set(missing.map(({ path, value }) => `${path}=${value}`))];
}
