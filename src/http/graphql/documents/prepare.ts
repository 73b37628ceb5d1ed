import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { type ErrorCode, GatewayError, shorten } from '../../../errors.ts';
import { createLru } from '../../../lib/lru.ts';
import { CACHED_DOCUMENTS, isSmall } from './cache.ts';
import { assertLiterals, malformedLiteral } from './literals.ts';
import { measureDocument } from './measure.ts';
import { type GraphQLRequest, getOperation } from './request.ts';
import { noDirectiveAtSubscriptionRoot } from './subscription-root.ts';
import { assertVariables } from './variables.ts';

/** Limits of documents (docs/operate/configuration.md, GraphQL). */
export interface GraphQLLimits {
  maxTokens: number;
  maxDepth: number;
  maxAliases: number;
  introspection: boolean;
  /** Persisted documents by their SHA-256 (hex). When it is set, other documents are refused. */
  persisted?: ReadonlyMap<string, string> | undefined;
}

/** A document that passed all checks, and its text. */
export interface Prepared {
  text: string;
  document: DocumentNode;
}

/**
 * Returns the document of a request, checked together with its variables.
 * @throws GraphQLRequestError
 * @throws GatewayError `BAD_USER_INPUT` for text that is not well-formed: such a request is none of GraphQL over HTTP
 */
export type Prepare = (params: GraphQLRequest) => Prepared;

/** A request that is not executed, with all its errors (GraphQL, Request errors). */
export class GraphQLRequestError extends Error {
  override readonly name = 'Refusal';
  readonly errors: readonly GraphQLError[];

  constructor(code: ErrorCode, errors: readonly GraphQLError[]) {
    super(code);
    this.errors = errors.map(
      (error) =>
        new GraphQLError(error.originalError ? error.message : shorten(error.message, MAX_MESSAGE), {
          nodes: error.nodes?.slice(0, MAX_NODES),
          source: error.source,
          positions: error.positions,
          originalError: error.originalError ?? new GatewayError(code, shorten(error.message, MAX_MESSAGE)),
        }),
    );
  }
}

/** Most characters of a message of the parser or the validator, which quotes the document, and places that it names. */
const MAX_MESSAGE = 300;
const MAX_NODES = 10;

/** Validation stops after this number of errors. */
const MAX_ERRORS = 5;

/**
 * Creates the check that every operation of every transport passes: the document is persisted where that is required,
 * within the limits of tokens, depth and aliases, and valid; the variables have the declared types.
 */
export function createPrepare(schema: GraphQLSchema, limits: GraphQLLimits): Prepare {
  const cache = createLru<string, Prepared>(CACHED_DOCUMENTS);
  const always = [...specifiedRules, noDirectiveAtSubscriptionRoot];
  const rules = limits.introspection ? always : [...always, NoSchemaIntrospectionCustomRule];

  const documentOf = (params: GraphQLRequest): Prepared => {
    const text = limits.persisted === undefined ? givenText(params) : persistedText(limits.persisted, params);
    const cached = cache.get(text);
    if (cached !== undefined) return cached;
    const document = parseWithin(text, limits.maxTokens);
    const { depth, aliases } = measureDocument(document);
    assertWithin('depth', depth, limits.maxDepth);
    assertWithin('aliases', aliases, limits.maxAliases);
    const errors = validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: true });
    if (errors.some(isValidationAborted)) throw limitExceeded('work to validate');
    if (errors.length > 0) throw new GraphQLRequestError('GRAPHQL_VALIDATION_FAILED', errors);
    assertLiterals(document);
    const prepared = { text, document };
    if (isSmall(text)) cache.set(text, prepared);
    return prepared;
  };

  return (params) => {
    const prepared = documentOf(params);
    try {
      assertVariables(schema, getOperation(prepared.document, params.operationName), params.variables);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      throw new GraphQLRequestError(error.code, [new GraphQLError(error.message, { originalError: error })]);
    }
    return prepared;
  };
}

/** The document in a request. Apollo's client sends a hash alone first, and after this error the document with it. */
function givenText({ query, hash }: GraphQLRequest): string {
  if (query !== '' || hash === undefined) return query;
  throw new GraphQLRequestError('PersistedQueryNotSupported', [
    new GraphQLError('PersistedQueryNotSupported'),
  ]);
}

/** The persisted document that a request names by hash or by its full text. */
function persistedText(persisted: ReadonlyMap<string, string>, { query, hash }: GraphQLRequest): string {
  const text = persisted.get(hash ?? createHash('sha256').update(query).digest('hex'));
  if (text !== undefined) return text;
  throw new GraphQLRequestError('PERSISTED_OPERATION_REQUIRED', [
    new GraphQLError('Only persisted operations run here'),
  ]);
}

function parseWithin(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const malformed = malformedLiteral(error);
    if (malformed !== undefined) throw malformed;
    const isTooLong = error.message.includes('Parsing aborted');
    throw new GraphQLRequestError(isTooLong ? 'GRAPHQL_LIMIT_EXCEEDED' : 'GRAPHQL_PARSE_FAILED', [error]);
  }
}

/** True for the error with which the validator stops because a document takes too much work. */
function isValidationAborted({ message }: GraphQLError): boolean {
  return message === 'Validation aborted.';
}

function assertWithin(what: string, value: number, limit: number): void {
  if (value > limit) throw limitExceeded(what, ` of ${limit}`);
}

function limitExceeded(what: string, limit = ''): GraphQLRequestError {
  return new GraphQLRequestError('GRAPHQL_LIMIT_EXCEEDED', [
    new GraphQLError(`The limit${limit} for ${what} is exceeded`),
  ]);
}
