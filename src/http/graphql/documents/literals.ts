import { type DocumentNode, type GraphQLError, valueFromASTUntyped, visit } from 'graphql';
import { badUserInput, badUserInputs, type FieldProblem, type GatewayError } from '../../../errors.ts';
import { findTextProblems } from '../../../lib/text.ts';

/** Refuses texts in literals that are not taken. @throws GatewayError `BAD_USER_INPUT` that names each argument or variable */
export function assertLiterals(document: DocumentNode): void {
  const problems: FieldProblem[] = [];
  visit(document, {
    Argument({ name, value }) {
      problems.push(...findTextProblems(valueFromASTUntyped(value), name.value));
    },
    VariableDefinition({ variable, defaultValue }) {
      if (defaultValue !== undefined)
        problems.push(...findTextProblems(valueFromASTUntyped(defaultValue), variable.name.value));
    },
  });
  if (problems.length > 0) throw badUserInputs(problems);
}

/** What the parser's error is to clients when an escape in a literal stands for half of a surrogate pair. */
export function malformedLiteral({ message }: GraphQLError): GatewayError | undefined {
  const isSurrogate = /Invalid Unicode escape sequence: "\\u(\{0*)?d[89a-f]/i.test(message);
  return isSurrogate ? badUserInput({ path: 'query', message: 'must be well-formed Unicode' }) : undefined;
}
