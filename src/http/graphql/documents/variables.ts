import {
  coerceInputValue,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { badUserInput, type FieldProblem } from '../../../errors.ts';

/** The values of variables, as they came. */
type Given = Readonly<Record<string, unknown>>;

/**
 * Refuses variables that do not fit an operation, before the engine would: by where they are and what was
 * expected, never by what was given, which may be a secret, nor by what else there is.
 * @throws GatewayError `BAD_USER_INPUT` that names every wrong value
 */
export function assertVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Given = {},
): void {
  const problems = (operation.variableDefinitions ?? []).flatMap((variable) =>
    problemsOf(schema, variable, given),
  );
  if (problems.length > 0) throw badUserInput(...problems);
}

function problemsOf(
  schema: GraphQLSchema,
  { variable, type: node, defaultValue }: VariableDefinitionNode,
  given: Given,
): FieldProblem[] {
  const name = variable.name.value;
  const type = typeFromAST(schema, node);
  // Validation has refused variables of other types.
  if (!isInputType(type)) return [];
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined) {
    const isMissing = isNonNullType(type) && defaultValue === undefined;
    return isMissing ? [{ path: name, message: 'is required' }] : [];
  }
  const problems: FieldProblem[] = [];
  coerceInputValue(
    value,
    type,
    (path, _value, error) =>
      problems.push({ path: [name, ...path].join('.'), message: expected(error.message) }),
    true,
  );
  return problems;
}

/** What was expected, in the words of the specification's reference, without the value it quotes. */
function expected(message: string): string {
  return message
    .replace(/(\bvalue): [\s\S]*$/, '$1')
    .replace(/^Value "[\s\S]*" does not exist in/, 'Value does not exist in')
    .replace(/^(Enum "\w+" cannot represent non-string value)[\s\S]*$/, '$1');
}
