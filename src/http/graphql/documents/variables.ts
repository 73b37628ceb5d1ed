import {
  coerceInputValue,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { badUserInputs, type FieldProblem } from '../../../errors.ts';

/** The values of variables, as they were received. */
type VariableValues = Readonly<Record<string, unknown>>;

/**
 * Checks variables before the engine does. The engine's messages quote the value, which may be a secret, and suggest other
 * names; these messages have the path and what was expected.
 * @throws GatewayError `BAD_USER_INPUT` that names every invalid value
 */
export function assertVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  values: VariableValues = {},
): void {
  const problems = (operation.variableDefinitions ?? []).flatMap((variable) =>
    checkVariable(schema, variable, values),
  );
  if (problems.length > 0) throw badUserInputs(problems);
}

function checkVariable(
  schema: GraphQLSchema,
  { variable, type: node, defaultValue }: VariableDefinitionNode,
  values: VariableValues,
): FieldProblem[] {
  const name = variable.name.value;
  const type = typeFromAST(schema, node);
  // Validation refuses variables of other types.
  if (!isInputType(type)) return [];
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) {
    const isMissing = isNonNullType(type) && defaultValue === undefined;
    return isMissing ? [{ path: name, message: 'is required' }] : [];
  }
  const problems: FieldProblem[] = [];
  coerceInputValue(
    value,
    type,
    (path, _value, error) =>
      problems.push({ path: [name, ...path].join('.'), message: withoutValue(error.message) }),
    true,
  );
  return problems;
}

/** The message of graphql-js without the value that it quotes. */
function withoutValue(message: string): string {
  return message
    .replace(/(\bvalue): [\s\S]*$/, '$1')
    .replace(/^Value "[\s\S]*" does not exist in/, 'Value does not exist in')
    .replace(/^(Enum "\w+" cannot represent non-string value)[\s\S]*$/, '$1');
}
