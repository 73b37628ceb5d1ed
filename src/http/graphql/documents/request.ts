import type { DocumentNode } from 'graphql';
import { getOperationAST, type OperationDefinitionNode, type OperationTypeNode } from 'graphql';
import { badUserInput, badUserInputs, type FieldProblem, GatewayError } from '../../../errors.ts';
import { isJsonObject } from '../../../lib/json.ts';
import { findTextProblems } from '../../../lib/text.ts';

/** The parameters of a GraphQL request, of any transport (GraphQL over HTTP, "Request Parameters"). */
export interface GraphQLRequest {
  /** The text of the document; empty when only the hash was sent. */
  query: string;
  /** SHA-256 of a persisted document (`extensions.persistedQuery.sha256Hash`). */
  hash: string | undefined;
  variables: Record<string, unknown> | undefined;
  operationName: string | undefined;
}

/** Reads the parameters of a request. @throws GatewayError `BAD_USER_INPUT` that names every invalid one */
export function readRequest(body: unknown): GraphQLRequest {
  if (!isJsonObject(body)) throw badUserInput({ path: '', message: 'the body must be a JSON object' });
  const { query, variables, operationName, extensions } = body;
  const hash = readHash(extensions);
  const problems: FieldProblem[] = [];
  if (typeof query !== 'string' && (query != null || hash === undefined)) {
    problems.push({ path: 'query', message: 'must be text' });
  }
  if (variables != null && !isJsonObject(variables))
    problems.push({ path: 'variables', message: 'must be an object' });
  if (operationName != null && typeof operationName !== 'string') {
    problems.push({ path: 'operationName', message: 'must be text' });
  }
  if (extensions != null && !isJsonObject(extensions))
    problems.push({ path: 'extensions', message: 'must be an object' });
  problems.push(
    ...findTextProblems(query, 'query'),
    ...findTextProblems(variables),
    ...findTextProblems(operationName, 'operationName'),
    ...findTextProblems(extensions, 'extensions'),
  );
  if (problems.length > 0) throw badUserInputs(problems);
  return {
    query: typeof query === 'string' ? query : '',
    hash,
    variables: isJsonObject(variables) ? variables : undefined,
    // An empty name is none: forms and URLs cannot leave a field out otherwise.
    operationName: typeof operationName === 'string' && operationName !== '' ? operationName : undefined,
  };
}

function readHash(extensions: unknown): string | undefined {
  const persisted = isJsonObject(extensions) ? extensions.persistedQuery : undefined;
  const hash = isJsonObject(persisted) ? persisted.sha256Hash : undefined;
  return typeof hash === 'string' ? hash : undefined;
}

/** Reads the parameters of a GET, in which objects are JSON text. */
export function readQueryString(query: Record<string, unknown>): GraphQLRequest {
  return readRequest({
    ...query,
    variables: parseParameter(query.variables, 'variables'),
    extensions: parseParameter(query.extensions, 'extensions'),
  });
}

function parseParameter(text: unknown, path: string): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(String(text));
  } catch {
    throw badUserInput({ path, message: 'must be JSON' });
  }
}

/** The operation of a document to execute. @throws GatewayError `GRAPHQL_VALIDATION_FAILED` when it has none of that name */
export function getOperation(
  document: DocumentNode,
  operationName: string | undefined,
): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation) return operation;
  throw new GatewayError(
    'GRAPHQL_VALIDATION_FAILED',
    'The document has no such operation; name one of its own',
  );
}

/** Query, mutation or subscription. @throws as `getOperation` */
export function operationTypeOf(
  document: DocumentNode,
  operationName: string | undefined,
): OperationTypeNode {
  return getOperation(document, operationName).operation;
}
