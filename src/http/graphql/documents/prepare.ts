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
import { type ErrorCode, GatewayError } from '../../../errors.ts';
import { createLru } from '../../../lib/lru.ts';
import { measureDocument } from './measure.ts';
import { type GraphQLRequest, getOperation } from './request.ts';
import { assertVariables } from './variables.ts';

/** What a document may ask for (contract, section 2). */
export interface GraphQLLimits {
  maxTokens: number;
  maxDepth: number;
  maxAliases: number;
  introspection: boolean;
  /** SHA-256 (hex) → document. With it nothing else runs. */
  persisted?: ReadonlyMap<string, string> | undefined;
}

/** A document that may be executed, and its text. */
export interface Prepared {
  text: string;
  document: DocumentNode;
}

/** Turns what a request names into a document that may be executed with its variables. @throws Refusal */
export type Prepare = (asked: GraphQLRequest) => Prepared;

/** A request that is not executed, with everything that is wrong with it. */
export class GraphQLRequestError extends Error {
  override readonly name = 'Refusal';
  readonly errors: readonly GraphQLError[];

  constructor(code: ErrorCode, errors: readonly GraphQLError[]) {
    super(code);
    this.errors = errors.map(
      (error) =>
        new GraphQLError(error.message, {
          nodes: error.nodes,
          source: error.source,
          positions: error.positions,
          originalError: error.originalError ?? new GatewayError(code, error.message),
        }),
    );
  }
}

/** Documents that were found good are remembered, bounded; bad ones never are. */
const REMEMBERED_DOCUMENTS = 200;

/** Validation stops after so many errors. */
const MAX_ERRORS = 5;

/**
 * The one gate every operation passes, whichever transport it came by: persisted, parsed within the token
 * limit, measured, validated against the schema, and given variables that fit.
 */
export function createPrepare(schema: GraphQLSchema, limits: GraphQLLimits): Prepare {
  const known = createLru<string, Prepared>(REMEMBERED_DOCUMENTS);
  const rules = limits.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];

  const documentOf = (asked: GraphQLRequest): Prepared => {
    const text = limits.persisted === undefined ? asked.query : persistedText(limits.persisted, asked);
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const document = parseWithin(text, limits.maxTokens);
    const { depth, aliases } = measureDocument(document);
    check('depth', depth, limits.maxDepth);
    check('aliases', aliases, limits.maxAliases);
    const errors = validate(schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: true });
    if (errors.some(isGivingUp)) throw tooMuch('work to validate');
    if (errors.length > 0) throw new GraphQLRequestError('GRAPHQL_VALIDATION_FAILED', errors);
    const prepared = { text, document };
    known.set(text, prepared);
    return prepared;
  };

  return (asked) => {
    const prepared = documentOf(asked);
    try {
      assertVariables(schema, getOperation(prepared.document, asked.operationName), asked.variables);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      throw new GraphQLRequestError(error.code, [new GraphQLError(error.message, { originalError: error })]);
    }
    return prepared;
  };
}

/** The persisted document a request names by its hash or by its whole text. */
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
    const isTooLong = error.message.includes('Parsing aborted');
    throw new GraphQLRequestError(isTooLong ? 'GRAPHQL_LIMIT_EXCEEDED' : 'GRAPHQL_PARSE_FAILED', [error]);
  }
}

/** The validator has a bound of its own on what a document may cost it. */
function isGivingUp({ message }: GraphQLError): boolean {
  return message === 'Validation aborted.';
}

function check(what: string, value: number, limit: number): void {
  if (value > limit) throw tooMuch(what, ` of ${limit}`);
}

function tooMuch(what: string, limit = ''): GraphQLRequestError {
  return new GraphQLRequestError('GRAPHQL_LIMIT_EXCEEDED', [
    new GraphQLError(`The limit${limit} for ${what} is exceeded`),
  ]);
}
