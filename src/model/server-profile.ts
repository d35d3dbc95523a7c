import { createSeen } from '../lru.ts'
import type { findWindow } from './catalog.ts'

/** How the form of an answer is asked for, the strictest first. */
export const formatLevels = ['json_schema', 'json_object_with_schema', 'json_object', 'words'] as const

/**
 * The features that a server accepts for one model. It begins as the catalog and the settings say, and changes with what the server refuses, for the
 * life of the process.
 */
export interface ServerProfile {
  /** Tokens of prompt and answer together. */
  contextTokens: number
  /** Tokens of the longest answer, as the server is told. */
  outputTokens: number
  /** A bound on the prompt that was learned without a number: a longer one failed. */
  promptTokens: number
  /** A bound that was guessed, after an answer without a word, is kept once an answer has confirmed it. */
  promptBound: 'none' | 'guessed' | 'confirmed' | 'refuted'
  /** The names of the output limit that are left, the preferred first. */
  outputParameters: readonly ('max_tokens' | 'max_completion_tokens')[]
  takesStream: boolean
  takesStreamOptions: boolean
  takesSystemRole: boolean
  /** It takes a `prompt_cache_key`. */
  takesCacheKey: boolean
  takesImages: boolean
  /** Fingerprints of pictures that the model refused. */
  refusedImages: ReturnType<typeof createSeen>
  hasRefusedImages: boolean
  /** Fingerprints of pictures that it has answered about. */
  takenImages: ReturnType<typeof createSeen>
  /** Fingerprints of pictures that are left out to find out whether the others are refused. */
  suspectedImages: string[]
  format: (typeof formatLevels)[number]
  /** It has told why an answer ended, so that one without a reason was cut off. */
  tellsReasons: boolean
  /** It has given an answer that was taken, and one in a form that was asked for. */
  hasAnswered: boolean
  hasAnsweredInForm: boolean
  /** A request without anything that a server may refuse was refused, too. */
  isTried: boolean
  /** The part that is left out to find out whether the server refuses just that, and what brings it back. */
  trial: { at: number; before: object } | undefined
  /**
   * It may close thoughts that it has not opened: by its name before its first answer, then as its last answer did. The next one is
   * held back to its end.
   */
  closesUnopenedThoughts: boolean
}

/** Pictures that are remembered as refused or taken, and for how long. */
const maxRefusedImages = 1_000
const refusedImagesMs = 7 * 86_400_000

/** Names of models whose chat template opens their thoughts, so that some servers leave the opener out. */
const reasonerName = /(^|[^a-z])(r1|qwq|reason|think|magistral|z1)/i

/** Creates the profile of a model's server that has refused nothing yet. */
export function createServerProfile(
  name: string,
  window: ReturnType<typeof findWindow>,
  takesCacheKey: boolean,
): ServerProfile {
  const other = window.outputParameter === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  return {
    contextTokens: window.contextTokens,
    // The answer takes at most a quarter of a small window, so that there is room for the prompt.
    outputTokens: Math.min(window.outputTokens, Math.floor(window.contextTokens / 4)),
    promptTokens: Number.POSITIVE_INFINITY,
    promptBound: 'none',
    outputParameters: [window.outputParameter, other],
    takesStream: true,
    takesStreamOptions: true,
    takesSystemRole: true,
    takesCacheKey,
    takesImages: window.images,
    refusedImages: createSeen(maxRefusedImages, refusedImagesMs),
    hasRefusedImages: false,
    takenImages: createSeen(maxRefusedImages, refusedImagesMs),
    suspectedImages: [],
    format: 'json_schema',
    tellsReasons: false,
    hasAnswered: false,
    hasAnsweredInForm: false,
    isTried: false,
    trial: undefined,
    closesUnopenedThoughts: reasonerName.test(name),
  }
}

/** Counts the tokens that a prompt may have. */
export const countInputTokens = ({ contextTokens, outputTokens, promptTokens }: ServerProfile): number =>
  Math.min(contextTokens - outputTokens, promptTokens)
