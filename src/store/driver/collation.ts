import { type ColumnDefinitionNode, type KyselyPlugin, OperationNodeTransformer, RawNode } from 'kysely';

class BinaryText extends OperationNodeTransformer {
  protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
    const column = super.transformColumnDefinition(node);
    const isText =
      column.dataType.kind === 'DataTypeNode' &&
      'dataType' in column.dataType &&
      column.dataType.dataType === 'text';
    if (!isText) return column;
    return {
      ...column,
      frontModifiers: [RawNode.createWithSql('collate "C"'), ...(column.frontModifiers ?? [])],
    };
  }
}

const transformer = new BinaryText();

/**
 * Creates PostgreSQL's text columns with byte-wise comparison, as in SQLite. Ids then sort the same on both databases
 * and under every locale, and an upgrade of the system's collations cannot corrupt an index.
 */
export const binaryOrder: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
};
