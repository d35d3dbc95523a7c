import { type KyselyPlugin, OperationNodeTransformer, type PrimitiveValueListNode, type ValueNode } from 'kysely'

/**
 * Leaves the NUL character out of every text that goes to the database. People cannot type it and nobody sees it, but
 * what they paste may hold it, and PostgreSQL refuses the whole text then. SQLite does without it, too, so that both keep
 * the same.
 */
export const withoutNul: KyselyPlugin = {
  transformQuery: ({ node }) => transformer.transformNode(node),
  transformResult: async ({ result }) => result,
}

const nul = '\u0000'

/** Leaves the NUL character out of a value that is a text. */
export const stripNul = (value: unknown) => (typeof value === 'string' ? value.replaceAll(nul, '') : value)

/** The library asks for a class here. */
class NulTransformer extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    return { ...node, value: stripNul(node.value) }
  }

  protected override transformPrimitiveValueList(node: PrimitiveValueListNode): PrimitiveValueListNode {
    return { ...node, values: node.values.map(stripNul) }
  }
}

const transformer = new NulTransformer()
