import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** What a document asks for once its fragments are spread out. */
export interface Measure {
  /** Nested fields, the longest way down. What is asked of the schema itself does not count: validation bounds it. */
  depth: number;
  /** Fields under another name; one in a fragment counts wherever the fragment is spread. */
  aliases: number;
}

const NOTHING: Measure = { depth: 0, aliases: 0 };

/**
 * Measures a document before it is validated. Each fragment is measured once, so a document that multiplies
 * itself by fragments costs no more than it is long; one that contains itself is left to validation.
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
    // Counts as empty while it is being measured: a cycle ends here.
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
      const isAboutSchema = isField && node.name.value.startsWith('__');
      depth = Math.max(depth, (isAboutSchema ? 0 : inner.depth) + (isField ? 1 : 0));
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
