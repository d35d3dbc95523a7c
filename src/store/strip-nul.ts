import { type KyselyPlugin, OperationNodeTransformer, type PrimitiveValueListNode, type ValueNode } from 'kysely'

/**
 * Strips the NUL character from every text in a query. PostgreSQL refuses texts that contain it, and pasted text may; SQLite
 * strips it as well, so that both stores hold the same.
 */
export const withoutNul: KyselyPlugin = {
  transformQuery: ({ node }) => transformer.transformNode(node),
  transformResult: async ({ result }) => result,
}

const nul = '\u0000'

/** Leaves the NUL character out of a value that is a text. */
export const stripNul = (value: unknown) => (typeof value === 'string' ? value.replaceAll(nul, '') : value)

class NulTransformer extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    return { ...node, value: stripNul(node.value) }
  }

  protected override transformPrimitiveValueList(node: PrimitiveValueListNode): PrimitiveValueListNode {
    return { ...node, values: node.values.map(stripNul) }
  }
}

const transformer = new NulTransformer()
