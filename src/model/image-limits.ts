/**
 * Tokens of a picture as the vendors count them, and the size beyond which their models see nothing more. Sources, read in November 2026:
 * OpenAI, “Images and vision” (developers.openai.com/api/docs/guides/images-vision); Anthropic, “Vision”
 * (platform.claude.com/docs/en/build-with-claude/vision); Google, “Media resolution” and “Tokens” (ai.google.dev/gemini-api/docs); xAI, “Image
 * understanding”; for open models the `preprocessor_config.json` that comes with them.
 */

interface Size {
  width: number
  height: number
}

/** Bounds in pixels: of the longer side, of the shorter one, and of the area. */
interface Limits {
  side: number
  shortSide?: number
  pixels?: number
}

interface Sight {
  name: RegExp
  limits: Limits
  count: (size: Size) => number
}

/** Enough to read a page of print. It bounds the cost where a vendor shrinks nothing. */
const usualSide = 1_568

/** Counts squares that cover the picture, up to `most`. */
const patches =
  (edge: number, most: number, factor = 1) =>
  ({ width, height }: Size) =>
    Math.ceil(Math.min(most, Math.ceil(width / edge) * Math.ceil(height / edge)) * factor)

/** The share of a budget that a picture fills, whose edges cut patches in two. */
const filled = 0.94

/** Patches of 32 pixels, within a budget to which a larger picture is shrunk. */
const budget = (most: number, factor: number) => ({
  limits: { side: 2_048, pixels: filled * most * 32 ** 2 },
  count: patches(32, most, factor),
})

/** Tiles of 512 pixels, after the picture was shrunk to 768 pixels on its shorter side. */
const tiles = (base: number, each: number) => ({
  limits: { side: 2_048, shortSide: 768 },
  count: ({ width, height }: Size) => base + each * Math.ceil(width / 512) * Math.ceil(height / 512),
})

/** Tiles of a third of two shorter sides, from 256 to 768 pixels; one that fits into 384 is a single tile. */
function countGeminiTiles({ width, height }: Size): number {
  if (Math.max(width, height) <= 384) return 258
  const edge = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)))
  return 258 * Math.ceil(width / edge) * Math.ceil(height / edge)
}

/** By the name without a gateway's prefix; the first that fits wins. */
const sights: readonly Sight[] = [
  { name: /^gpt-4o-mini/, ...tiles(2_833, 5_667) },
  { name: /^gpt-4\.1-mini/, ...budget(1_536, 1.62) },
  { name: /^gpt-4\.1-nano|^gpt-5-nano/, ...budget(1_536, 2.46) },
  { name: /^o4-mini/, ...budget(1_536, 1.72) },
  { name: /^(?:gpt-4|chatgpt-4o)/, ...tiles(85, 170) },
  { name: /^o\d/, ...tiles(75, 150) },
  // The page says 1.62 for the small one; the API counts 1.2 (measured by others, June 2026).
  { name: /^gpt-5-mini|^gpt-5\.[23]|^gpt-5.*-codex/, ...budget(1_536, 1.2) },
  { name: /^gpt-5(?:\.1)?(?![.\d])/, ...tiles(70, 140) },
  { name: /^gpt-5\.4/, ...budget(2_500, 1.2) },
  // These shrink nothing by themselves: each pixel is billed.
  { name: /^gpt-[5-9]/, limits: { side: usualSide }, count: patches(32, 30_000, 1.2) },
  // In a request with more than 20 pictures, none may be larger than 2,000 pixels.
  { name: /^claude-[a-z]+-(?:4[.-][7-9](?!\d)|[5-9](?!\d))/, limits: { side: 2_000 }, count: patches(28, 4_784) },
  { name: /^claude/, limits: { side: 1_568, pixels: filled * 1_568 * 28 ** 2 }, count: patches(28, 1_568) },
  { name: /^gemini-[12]/, limits: { side: usualSide }, count: countGeminiTiles },
  { name: /^gemini/, limits: { side: usualSide }, count: () => 1_120 },
  { name: /^qwen(?:3|[4-9])/, limits: { side: usualSide }, count: patches(32, 16_384) },
  { name: /^(?:qwen|qvq|kimi|glm-\d)/, limits: { side: usualSide }, count: patches(28, 16_384) },
  { name: /^pixtral/, limits: { side: 1_024 }, count: size => patches(16, 4_096)(size) + Math.ceil(size.height / 16) },
  { name: /^mistral/, limits: { side: 1_540 }, count: size => patches(28, 3_025)(size) + Math.ceil(size.height / 28) },
  { name: /^llama-4/, limits: { side: usualSide }, count: size => 144 + patches(336, 16, 144)(size) },
  { name: /^grok/, limits: { side: 1_344 }, count: size => 256 + patches(448, 6, 256)(size) },
]

/** For a model that nobody knows: a small picture, and a larger one. */
const unknownSight: Omit<Sight, 'name'> = {
  limits: { side: usualSide },
  count: ({ width, height }) => (Math.max(width, height) <= 512 ? 800 : 1_200),
}

/** Finds how a model sees: the bounds of a picture that it is sent, and the tokens of one within them. */
export function findSight(name: string): Omit<Sight, 'name'> {
  const bare = name.toLowerCase().split('/').at(-1) ?? ''
  return sights.find(sight => sight.name.test(bare)) ?? unknownSight
}
