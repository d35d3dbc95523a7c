import type { z } from 'zod'

/** Parses JSON by a schema. Returns undefined if it is no JSON, or not what the schema describes. */
export function parseJson<T>(json: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}
