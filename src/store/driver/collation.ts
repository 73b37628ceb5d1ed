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
 * Makes PostgreSQL's text columns compare byte by byte, as SQLite's do. Ids then sort the same everywhere, whatever
 * the database's language, and an upgrade of the system's collations leaves no index in the wrong order.
 */
export const binaryOrder: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => transformer.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
};
