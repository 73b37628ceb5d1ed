import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/**
 * A validation rule: the root field of a subscription, and the fragments around it, have neither `@skip` nor `@include`
 * (GraphQL September 2025, "Single Root Field"). A subscription without a root field has nothing to subscribe to.
 */
export function noDirectiveAtSubscriptionRoot(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return;
      for (const node of rootSelections(context, operation.selectionSet)) {
        const directive = node.directives?.find(
          ({ name }) => name.value === 'skip' || name.value === 'include',
        );
        if (directive === undefined) continue;
        const message = `The root field of a subscription must not have @${directive.name.value}.`;
        context.reportError(new GraphQLError(message, { nodes: directive }));
      }
    },
  };
}

/** The selections of the root level, those in fragments too; each fragment once, because a cycle is the fault of another rule. */
function rootSelections(context: ValidationContext, root: SelectionSetNode): SelectionNode[] {
  const seen = new Set<FragmentDefinitionNode>();
  const found: SelectionNode[] = [];
  const pending = [root];
  for (let set = pending.pop(); set !== undefined; set = pending.pop()) {
    for (const node of set.selections) {
      found.push(node);
      if (node.kind === Kind.INLINE_FRAGMENT) pending.push(node.selectionSet);
      if (node.kind !== Kind.FRAGMENT_SPREAD) continue;
      const fragment = context.getFragment(node.name.value);
      if (fragment == null || seen.has(fragment)) continue;
      seen.add(fragment);
      pending.push(fragment.selectionSet);
    }
  }
  return found;
}
