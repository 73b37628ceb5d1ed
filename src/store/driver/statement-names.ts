import type { LogEvent, OperationNode } from 'kysely';

/** Gets the name of a statement, such as `select deployments`, and how long it took. */
export type OnStatement = (statement: string, seconds: number) => void;

const VERBS: Partial<Record<OperationNode['kind'], string>> = {
  SelectQueryNode: 'select',
  InsertQueryNode: 'insert',
  UpdateQueryNode: 'update',
  DeleteQueryNode: 'delete',
};

/**
 * The verb of a statement and its first table: there are as many names as tables, four times. The text of a statement is no
 * name, because lists in it have any length. Statements written as text are `raw`.
 */
function nameStatement(node: OperationNode): string {
  const verb = VERBS[node.kind];
  if (verb === undefined) return 'raw';
  const { from, into, table } = node as { from?: unknown; into?: unknown; table?: unknown };
  const name = findTable(from ?? into ?? table);
  return name === undefined ? verb : `${verb} ${name}`;
}

/** The first table that a part of a statement names; undefined for one without, as a sub-query. */
function findTable(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return undefined;
  const { kind, froms, node, table } = part as Record<string, unknown> & { kind?: string };
  if (kind === 'TableNode') {
    const { identifier } = table as { identifier?: { name?: string } };
    return identifier?.name;
  }
  return findTable(Array.isArray(froms) ? froms[0] : node);
}

/** What Kysely calls after each statement, also one that has failed. */
export function reportStatements(onStatement: OnStatement): (event: LogEvent) => void {
  return ({ query, queryDurationMillis }) =>
    onStatement(nameStatement(query.query), queryDurationMillis / 1_000);
}
