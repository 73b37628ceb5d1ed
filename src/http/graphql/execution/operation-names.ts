import { getOperation } from '../documents/request.ts';
import type { Operation } from './operation.ts';

/** Names of operations that metrics distinguish, and how many of them one owner may bring up. */
const MAX_NAMES = 200;
const MAX_NAMES_PER_OWNER = 50;

/** A longer name is one of the others. */
const MAX_LENGTH = 100;

const OTHER = 'other';
const ANONYMOUS = 'anonymous';

/** The name of an operation: the one that was asked for, or that of the document's only operation. */
export function findOperationName({
  document,
  operationName,
}: Pick<Operation, 'document' | 'operationName'>): string | undefined {
  return operationName ?? getOperation(document, undefined).name?.value;
}

/**
 * Creates a function that gives operations the names that metrics have for them. Clients choose names freely, so only the
 * first 200 are kept, of one owner 50 at most; all others are `other`.
 * @param isBounded true where only persisted operations run, whose names are all kept
 */
export function createOperationNames(isBounded: boolean): (operation: Operation) => string {
  const known = new Set<string>();
  const broughtUp = new Map<string, number>();

  return (operation) => {
    const name = findOperationName(operation) ?? ANONYMOUS;
    if (isBounded || known.has(name)) return name;
    const { userId } = operation.viewer;
    const count = broughtUp.get(userId) ?? 0;
    if (known.size >= MAX_NAMES || count >= MAX_NAMES_PER_OWNER || name.length > MAX_LENGTH) return OTHER;
    known.add(name);
    broughtUp.set(userId, count + 1);
    return name;
  };
}
