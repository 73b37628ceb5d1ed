import type { ErrorCode } from '../../../src/errors.ts';

/** A document that must be refused before anything is executed, by every door with the same code. */
export interface HostileDocument {
  /** After "a document …". */
  title: string;
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  code: ErrorCode;
}

function repeated(count: number, write: (index: number) => string, separator = ' '): string {
  return Array.from({ length: count }, (_, index) => write(index)).join(separator);
}

/** `depth` nested fields. */
export function nested(depth: number): string {
  const middle = Array.from({ length: depth - 2 }, (_, index) => (index % 2 === 0 ? 'tasks' : 'agent'));
  return `{ ${['agents', ...middle, 'id'].join(' { ')} ${'}'.repeat(depth)}`;
}

/** Fragments of which each spreads the next one twice. */
function doubling(count: number): string {
  const fragments = repeated(
    count,
    (index) => `fragment F${index} on Viewer { ...F${index + 1} ...F${index + 1} }`,
  );
  return `{ viewer { ...F0 } } ${fragments} fragment F${count} on Viewer { a: id }`;
}

const CHAIN = 90;
const chained = `{ viewer { ...C0 } } ${repeated(CHAIN, (index) => `fragment C${index} on Viewer { ...C${index + 1} }`)} fragment C${CHAIN} on Viewer { ...C0 }`;

const TOO_MUCH = 'GRAPHQL_LIMIT_EXCEEDED';
const INVALID = 'GRAPHQL_VALIDATION_FAILED';
const UNREADABLE = 'GRAPHQL_PARSE_FAILED';

/** Too deep, too wide or too long. */
const costly: HostileDocument[] = [
  { title: 'of 11 nested fields', query: nested(11), code: TOO_MUCH },
  { title: 'of 60 nested fields', query: nested(60), code: TOO_MUCH },
  {
    title: 'of 11 nested fields through fragments',
    query: `{ agents { ...A } } fragment A on Agent { tasks { agent { tasks { agent { ...B } } } } }
      fragment B on Agent { tasks { agent { tasks { agent { tasks { id } } } } } }`,
    code: TOO_MUCH,
  },
  {
    title: 'of 11 nested fields through inline fragments',
    query: nested(11).replaceAll('{ tasks', '{ ... { ... @include(if: true) { tasks').concat('}}'.repeat(5)),
    code: TOO_MUCH,
  },
  {
    title: 'of 11 nested fields in the second operation',
    query: `query A { __typename } query B ${nested(11)}`,
    operationName: 'A',
    code: TOO_MUCH,
  },
  {
    title: 'of 31 aliases',
    query: `{ ${repeated(31, (index) => `a${index}: __typename`)} }`,
    code: TOO_MUCH,
  },
  {
    title: 'of 31 aliases through a fragment that is spread 16 times',
    query: `{ viewer { ${repeated(16, () => '...A')} } } fragment A on Viewer { a: id b: email }`,
    code: TOO_MUCH,
  },
  { title: 'of fragments that double 12 times', query: doubling(12), code: TOO_MUCH },
  { title: 'of fragments that double 60 times', query: doubling(60), code: TOO_MUCH },
  { title: 'of 1,001 tokens', query: `{ ${repeated(999, () => 'a')} }`, code: TOO_MUCH },
  {
    title: 'of 4,000 tokens in a list',
    query: `{ agent(id: [${repeated(4_000, () => '1')}]) { id } }`,
    code: TOO_MUCH,
  },
  { title: 'of one field 998 times', query: `{ ${repeated(998, () => '__typename')} }`, code: TOO_MUCH },
  {
    title: 'of 1,001 tokens, most of them directives',
    query: `{ __typename ${repeated(499, () => '@a @b')} }`,
    code: TOO_MUCH,
  },
  {
    title: 'of a list literal nested 600 deep',
    query: `{ agent(id: ${'['.repeat(600)}${']'.repeat(600)}) { id } }`,
    code: TOO_MUCH,
  },
];

/** Fragments and directives. */
const crooked: HostileDocument[] = [
  {
    title: 'with a fragment that contains itself',
    query: '{ viewer { ...A } } fragment A on Viewer { ...A }',
    code: INVALID,
  },
  {
    title: 'with two fragments that contain each other',
    query: '{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }',
    code: INVALID,
  },
  { title: `with a circle of ${CHAIN + 1} fragments`, query: chained, code: INVALID },
  { title: 'with a fragment that does not exist', query: '{ viewer { ...A } }', code: INVALID },
  {
    title: 'with a fragment that is not used',
    query: '{ __typename } fragment A on Viewer { id }',
    code: INVALID,
  },
  { title: 'with a fragment on an unknown type', query: '{ ... on Nothing { id } }', code: INVALID },
  {
    title: 'with a fragment on a type that cannot be there',
    query: '{ viewer { ... on Agent { id } } }',
    code: INVALID,
  },
  {
    title: 'with one directive 40 times',
    query: `{ __typename ${repeated(40, () => '@include(if: true)')} }`,
    code: INVALID,
  },
  { title: 'with an unknown directive', query: '{ __typename @admin }', code: INVALID },
  { title: 'with @defer', query: '{ viewer { ... @defer { id } } }', code: INVALID },
  { title: 'with @stream', query: '{ agents @stream { id } }', code: INVALID },
  { title: 'with a directive that lacks its argument', query: '{ __typename @skip }', code: INVALID },
  { title: 'with @deprecated at a field', query: '{ __typename @deprecated }', code: INVALID },
  { title: 'of two fields in conflict', query: '{ viewer { a: id a: email } }', code: INVALID },
  {
    title: 'of a subscription with two root fields',
    query: 'subscription { a: deploymentEvents { id } b: deploymentEvents { id } }',
    code: INVALID,
  },
  {
    title: 'of a subscription whose root has @skip',
    query: 'subscription { deploymentEvents @skip(if: true) { id } }',
    code: INVALID,
  },
  {
    title: 'of a subscription whose root has @include in a fragment',
    query: 'subscription { ... @include(if: true) { deploymentEvents { id } } }',
    code: INVALID,
  },
  { title: 'of a subscription to __typename', query: 'subscription { __typename }', code: INVALID },
];

/** What production hides, and what the schema does not have. */
const curious: HostileDocument[] = [
  { title: 'that asks for __schema', query: '{ __schema { types { name } } }', code: INVALID },
  { title: 'that asks for __type', query: '{ __type(name: "Viewer") { name } }', code: INVALID },
  {
    title: 'that asks for __schema under an alias',
    query: '{ viewer: __schema { queryType { name } } }',
    code: INVALID,
  },
  {
    title: 'that asks for __schema in a fragment',
    query: '{ ...A } fragment A on Query { __schema { queryType { name } } }',
    code: INVALID,
  },
  { title: 'with an unknown field', query: '{ viewers { id } }', code: INVALID },
  {
    title: 'with a field that asks for a secret',
    query: '{ viewer { credentials { apiToken } } }',
    code: INVALID,
  },
  { title: 'with __proto__ as a field', query: '{ viewer { __proto__ } }', code: INVALID },
  { title: 'with constructor as a field', query: '{ constructor { name } }', code: INVALID },
  {
    title: 'with _entities as a field',
    query: '{ _entities(representations: []) { __typename } }',
    code: INVALID,
  },
  { title: 'with _service as a field', query: '{ _service { sdl } }', code: INVALID },
  { title: 'with an unknown argument', query: '{ agents(owner: "bob") { id } }', code: INVALID },
  { title: 'with an argument twice', query: '{ agent(id: 1, id: 2) { id } }', code: INVALID },
  { title: 'without a required argument', query: '{ agent { id } }', code: INVALID },
  { title: 'with a selection below a leaf', query: '{ viewer { id { x } } }', code: INVALID },
  { title: 'without a selection below an object', query: '{ viewer }', code: INVALID },
  {
    title: 'that extends the schema',
    query: 'extend type Query { x: Int } query { __typename }',
    code: INVALID,
  },
  { title: 'that defines a type', query: 'type Query { x: Int }', code: INVALID },
];

/** Literals, variables and operations. */
const twisted: HostileDocument[] = [
  {
    title: 'with an integer above 2^31',
    query: '{ myDeployments(first: 2147483648) { nodes { id } } }',
    code: INVALID,
  },
  {
    title: 'with 1e309 for an integer',
    query: '{ myDeployments(first: 1e309) { nodes { id } } }',
    code: INVALID,
  },
  {
    title: 'with an integer of 900 digits',
    query: `{ myDeployments(first: ${'9'.repeat(900)}) { nodes { id } } }`,
    code: INVALID,
  },
  {
    title: 'with a text for an integer',
    query: '{ myDeployments(first: "5") { nodes { id } } }',
    code: INVALID,
  },
  { title: 'with an object for an id', query: '{ agent(id: { ne: null }) { id } }', code: INVALID },
  { title: 'with a list for an id', query: '{ agent(id: ["1", "2"]) { id } }', code: INVALID },
  { title: 'with null for a required id', query: '{ agent(id: null) { id } }', code: INVALID },
  {
    title: 'with an unknown word of an enum',
    query: '{ myDeployments(status: ROOT) { nodes { id } } }',
    code: INVALID,
  },
  {
    title: 'with a member of an input twice',
    query: '{ aiTasks(filter: { taskListId: "a", taskListId: "b" }) { id } }',
    code: INVALID,
  },
  {
    title: 'with an unknown member of an input',
    query: '{ aiTasks(filter: { owner: "bob" }) { id } }',
    code: INVALID,
  },
  {
    title: 'with __proto__ in an input',
    query: '{ aiTasks(filter: { __proto__: { a: 1 } }) { id } }',
    code: INVALID,
  },
  { title: 'with a variable that is not declared', query: '{ agent(id: $id) { id } }', code: INVALID },
  { title: 'with a variable that is not used', query: 'query ($id: ID) { __typename }', code: INVALID },
  {
    title: 'with a variable twice',
    query: 'query ($id: ID!, $id: ID!) { agent(id: $id) { id } }',
    code: INVALID,
  },
  {
    title: 'with a variable of an unknown type',
    query: 'query ($id: Nothing) { agent(id: $id) { id } }',
    code: INVALID,
  },
  {
    title: 'with a variable of an output type',
    query: 'query ($id: Agent) { agent(id: $id) { id } }',
    code: INVALID,
  },
  {
    title: 'with a nullable variable where none may be',
    query: 'query ($id: ID) { agent(id: $id) { id } }',
    code: INVALID,
  },
  {
    title: 'whose required variable is absent',
    query: 'query ($id: ID!) { agent(id: $id) { id } }',
    code: 'BAD_USER_INPUT',
  },
  {
    title: 'whose variable is an object in place of an id',
    query: 'query ($id: ID!) { agent(id: $id) { id } }',
    variables: { id: { $ne: null } },
    code: 'BAD_USER_INPUT',
  },
  {
    title: 'whose variable is 1e308 in place of an integer',
    query: 'query ($n: Int) { myDeployments(first: $n) { nodes { id } } }',
    variables: { n: 1e308 },
    code: 'BAD_USER_INPUT',
  },
  { title: 'of two anonymous operations', query: '{ __typename } { __typename }', code: INVALID },
  {
    title: 'of two operations of one name',
    query: 'query A { __typename } query A { __typename }',
    code: INVALID,
  },
  {
    title: 'of two operations, neither chosen',
    query: 'query A { __typename } query B { __typename }',
    code: INVALID,
  },
  {
    title: 'of which an unknown operation is chosen',
    query: 'query A { __typename } query B { __typename }',
    operationName: 'constructor',
    code: INVALID,
  },
];

/** What no parser takes. */
const broken: HostileDocument[] = [
  { title: 'that does not end', query: '{ viewer', code: UNREADABLE },
  { title: 'that ends twice', query: '{ __typename } }', code: UNREADABLE },
  { title: 'of nothing but blanks', query: '   ', code: UNREADABLE },
  { title: 'of nothing but a comment', query: '# mutation', code: UNREADABLE },
  { title: 'written as a tree in JSON', query: '{"kind":"Document","definitions":[]}', code: UNREADABLE },
  {
    title: 'written as a tree in JSON with an operation',
    query: JSON.stringify({
      kind: 'Document',
      definitions: [
        {
          kind: 'OperationDefinition',
          operation: 'query',
          selectionSet: {
            kind: 'SelectionSet',
            selections: [{ kind: 'Field', name: { kind: 'Name', value: '__typename' } }],
          },
        },
      ],
    }),
    code: UNREADABLE,
  },
  { title: 'that is a number', query: '5', code: UNREADABLE },
  { title: 'that is the word null', query: 'null', code: UNREADABLE },
  { title: 'with an empty selection', query: '{ viewer { } }', code: UNREADABLE },
  { title: 'with a text that does not end', query: '{ agent(id: "1) { id } }', code: UNREADABLE },
  { title: 'with an operation of an unknown kind', query: 'delete { viewer { id } }', code: UNREADABLE },
  { title: 'with a fragment named on', query: 'fragment on on Viewer { id }', code: UNREADABLE },
  { title: 'of 900 opened braces', query: '{a'.repeat(450), code: UNREADABLE },
];

/** Every hostile document. */
export const hostileDocuments: readonly HostileDocument[] = [
  ...costly,
  ...crooked,
  ...curious,
  ...twisted,
  ...broken,
];
