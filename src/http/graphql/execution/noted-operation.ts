import type { FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { RequestRecord } from '../../plugins/request-log.ts';
import type { Operation } from './operation.ts';
import { findOperationName } from './operation-names.ts';

/** Longer names are cut in the log. */
const MAX_NAME = 100;

/** The name of an operation as it is logged. */
export function nameForLog(operation: Pick<Operation, 'document' | 'operationName'>): string | undefined {
  return findOperationName(operation)?.slice(0, MAX_NAME);
}

/** Notes the operation of a request for its line in the log, and whether its caller sees the calls upstream. */
export function noteOperation(
  { record, viewer }: FastifyRequest,
  operation: Pick<Operation, 'document' | 'operationName'>,
): void {
  if (record === null) return;
  record.operation = nameForLog(operation) ?? record.operation;
  if (viewer?.scopes.includes('debug')) record.shownCalls = [];
}

/** Adds `extensions.upstream` for callers with the scope `debug`. */
export function withShownCalls(result: ExecutionResult, record: RequestRecord | null): ExecutionResult {
  if (record?.shownCalls === undefined) return result;
  return { ...result, extensions: { ...result.extensions, upstream: record.shownCalls } };
}
