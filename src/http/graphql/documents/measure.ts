import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** The size of a document after its fragments are expanded. */
export interface Measure {
  /** Levels of nested fields. Introspection does not count; validation limits it. */
  depth: number;
  /** Fields with an alias. One in a fragment counts for each spread of the fragment. */
  aliases: number;
}

const NOTHING: Measure = { depth: 0, aliases: 0 };

/**
 * Measures a document before it is validated. Each fragment is measured once, so the cost grows with the length of the
 * text, however often fragments are spread. Validation refuses a fragment that contains itself.
 */
export function measureDocument(document: DocumentNode): Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const measured = new Map<string, Measure>();

  const ofFragment = (name: string): Measure => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    // The fragment counts as empty while it is measured, which ends a cycle.
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    const measure = fragment === undefined ? NOTHING : ofSelection(fragment.selectionSet);
    measured.set(name, measure);
    return measure;
  };

  const ofSelection = (set: SelectionSetNode | undefined): Measure => {
    let depth = 0;
    let aliases = 0;
    for (const node of set?.selections ?? []) {
      const inner =
        node.kind === Kind.FRAGMENT_SPREAD ? ofFragment(node.name.value) : ofSelection(node.selectionSet);
      const isField = node.kind === Kind.FIELD;
      const isIntrospection = isField && node.name.value.startsWith('__');
      depth = Math.max(depth, (isIntrospection ? 0 : inner.depth) + (isField ? 1 : 0));
      aliases += inner.aliases + (isField && node.alias !== undefined ? 1 : 0);
    }
    return { depth, aliases };
  };

  let depth = 0;
  let aliases = 0;
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const operation = ofSelection(node.selectionSet);
    depth = Math.max(depth, operation.depth);
    aliases = Math.max(aliases, operation.aliases);
  }
  return { depth, aliases };
}
