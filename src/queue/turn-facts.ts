import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'

const count = z.number().optional().catch(undefined)

/** Schema of what is kept of an answer, as long as its turn, for those who ask why. It holds no words of a message. */
const factsSchema = z.looseObject({
  /** The outcome for logs, such as `done` or `summarized`, or the kind of the failure. */
  outcome: z.string().optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  /** The rule by which that model was chosen. */
  modelRule: z.string().optional().catch(undefined),
  /** The rule of access by which it was refused, or the one by which a question to nobody was left alone. */
  refusal: z.string().optional().catch(undefined),
  /** It counts as an answer that nobody asked for. */
  isClaimed: z.boolean().optional().catch(undefined),
  /** Messages that were given to the model, and those there were. */
  read: count,
  total: count,
  /** Files with their messages and authors; `missing` names why one was not read. */
  files: z
    .array(
      z.object({
        name: z.string(),
        ts: z.string(),
        by: z.string().optional(),
        missing: z.string().optional(),
      }),
    )
    .optional()
    .catch(undefined),
  /** The models that transcribed recordings, their seconds, and the cost in millionths of a dollar. */
  heard: z
    .object({ model: z.string(), seconds: z.number(), micros: z.number().optional() })
    .optional()
    .catch(undefined),
  /** Whose instructions were given to the model. */
  instructions: z.array(z.string()).optional().catch(undefined),
  /** The side that switched redaction on, and the budgets in millionths of a dollar. */
  redaction: z.array(z.string()).optional().catch(undefined),
  budgets: z
    .looseObject({ personDay: count, personMonth: count, day: count, month: count })
    .optional()
    .catch(undefined),
  /** Pictures that were given to the model, and their tokens as they were estimated. */
  pictures: z.object({ count: z.number(), tokens: z.number() }).optional().catch(undefined),
  /** Tokens and cost of all its requests, and stand-ins for private data. */
  usage: z
    .looseObject({
      tokensIn: count,
      tokensOut: count,
      tokensCached: count,
      tokensReasoning: count,
      redacted: count,
      /** In millionths of a dollar; null if the price of a request is not known. */
      cost: z.number().nullable().optional().catch(undefined),
      /** The server did not count the tokens of a request. */
      isEstimate: z.boolean().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})

/** Parses the facts of a stored turn; none if they cannot be parsed. */
export const parseFacts = (json = '{}'): z.infer<typeof factsSchema> => parseJson(json, factsSchema) ?? {}
