import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { badUserInputs, type FieldProblem, MAX_PROBLEMS, shorten } from '../../../errors.ts';
import { isJsonObject } from '../../../lib/json.ts';

/** The values of variables, as they were received. */
type VariableValues = Readonly<Record<string, unknown>>;

/**
 * Checks variables before the engine does. The engine's messages quote the value, which may be a secret, and suggest other
 * names; these messages have the path and what was expected. The engine also makes an error for each wrong value, which costs
 * much more than to read it: here the first problems are named and the rest are counted.
 * @throws GatewayError `BAD_USER_INPUT` that names the first invalid values
 */
export function assertVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  values: VariableValues = {},
): void {
  const problems = createProblems();
  for (const variable of operation.variableDefinitions ?? [])
    checkVariable(schema, variable, values, problems);
  if (problems.count() > 0) throw badUserInputs(problems.named, problems.count() - problems.named.length);
}

/** Most characters of a name that a problem quotes. */
const MAX_KEY = 100;

/** The first problems, and the number of all. */
interface Problems {
  named: FieldProblem[];
  count(): number;
  isFull(): boolean;
  /** @param messageOf called for problems that are named only */
  add(path: Path, messageOf: () => string): void;
}

/** Names from the innermost to the variable. It is written as text for problems that are named only. */
interface Path {
  key: string | number;
  within: Path | undefined;
}

function createProblems(): Problems {
  const named: FieldProblem[] = [];
  let count = 0;
  const isFull = (): boolean => named.length === MAX_PROBLEMS;
  return {
    named,
    count: () => count,
    isFull,
    add(path, messageOf) {
      count += 1;
      if (!isFull()) named.push({ path: toText(path), message: messageOf() });
    },
  };
}

function toText(path: Path): string {
  const keys: (string | number)[] = [];
  for (let at: Path | undefined = path; at !== undefined; at = at.within) keys.push(at.key);
  return keys.reverse().join('.');
}

function checkVariable(
  schema: GraphQLSchema,
  { variable, type: node, defaultValue }: VariableDefinitionNode,
  values: VariableValues,
  problems: Problems,
): void {
  const path: Path = { key: variable.name.value, within: undefined };
  const type = typeFromAST(schema, node);
  // Validation refuses variables of other types.
  if (!isInputType(type)) return;
  const value = Object.hasOwn(values, path.key) ? values[path.key] : undefined;
  if (value !== undefined) checkValue(value, type, path, problems);
  else if (isNonNullType(type) && defaultValue === undefined) problems.add(path, () => 'is required');
}

/** Checks a value as GraphQL coerces it (GraphQL, 3.4 to 3.12, Input Coercion). */
function checkValue(value: unknown, type: GraphQLInputType, path: Path, problems: Problems): void {
  if (isNonNullType(type)) {
    if (value == null) problems.add(path, () => `Expected non-nullable type "${type}" not to be null.`);
    else checkValue(value, type.ofType, path, problems);
  } else if (value == null) {
    return;
  } else if (isListType(type)) {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    items.forEach((item, index) => {
      checkValue(item, type.ofType, Array.isArray(value) ? { key: index, within: path } : path, problems);
    });
  } else if (isInputObjectType(type)) {
    checkObject(value, type, path, problems);
  } else {
    checkLeaf(value, type, path, problems);
  }
}

function checkObject(value: unknown, type: GraphQLInputObjectType, path: Path, problems: Problems): void {
  if (!isJsonObject(value)) {
    problems.add(path, () => `Expected type "${type}" to be an object.`);
    return;
  }
  const fields = type.getFields();
  // Fields have no prototype; an array of their entries, for each object of a list, would cost more than the check.
  for (const key in fields) {
    const field = fields[key] as GraphQLInputField;
    const member = Object.hasOwn(value, key) ? value[key] : undefined;
    if (member !== undefined) checkValue(member, field.type, { key, within: path }, problems);
    else if (isRequiredInputField(field))
      problems.add(path, () => `Field "${key}" of required type "${field.type}" was not provided.`);
  }
  for (const key of Object.keys(value))
    if (!Object.hasOwn(fields, key))
      problems.add(path, () => `Field "${shorten(key, MAX_KEY)}" is not defined by type "${type}".`);
}

function checkLeaf(value: unknown, type: GraphQLLeafType, path: Path, problems: Problems): void {
  if (hasQuickType(value, type)) return;
  // When enough problems are named, one more is only counted: the exception of each value would cost too much.
  if (problems.isFull()) {
    problems.add(path, () => '');
    return;
  }
  if (isEnumType(type)) {
    const isText = typeof value === 'string';
    problems.add(path, () =>
      isText ? `Value does not exist in "${type}" enum.` : `Enum "${type}" cannot represent non-string value`,
    );
    return;
  }
  try {
    if (type.parseValue(value) === undefined) problems.add(path, () => `Expected type "${type}".`);
  } catch (error) {
    const message = error instanceof Error ? error.message : `Expected type "${type}".`;
    problems.add(path, () => withoutValue(message));
  }
}

/** True for values that need no parser: texts, flags, whole numbers and values of enumerations. */
function hasQuickType(value: unknown, type: GraphQLLeafType): boolean {
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) != null;
  switch (type.name) {
    case 'String':
      return typeof value === 'string';
    case 'ID':
      return typeof value === 'string' || Number.isSafeInteger(value);
    case 'Boolean':
      return typeof value === 'boolean';
    case 'Int':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case 'Float':
      return Number.isFinite(value);
    default:
      return type.name === 'JSON';
  }
}

/** The message of graphql-js without the value that it quotes. */
function withoutValue(message: string): string {
  return message.replace(/(\bvalue): [\s\S]*$/, '$1');
}
