/** Draws pictures for models that see: pages without text, kinds that models do not take, and pictures larger than they use. */

import { fileURLToPath } from 'node:url'
import { DocumentProblem } from './problem.ts'

type Sharp = typeof import('sharp').default

/** The largest picture that is wanted, in pixels: its longer side, its shorter side, and its area. */
interface Limits {
  side: number
  shortSide?: number
  pixels?: number
}

/** More than phones take; a picture of a few kilobytes can claim to be a thousand times larger. */
const maxPixels = 120_000_000
/** A page is about a thousand tokens. */
const maxPages = 10
const font = 'Noto Sans Hans'

interface Drawn {
  /** JPEG, one a page. */
  pictures: Uint8Array[]
  /** Of a document of which only the first pages were drawn. */
  pages?: { read: number; total: number }
}

/** Returns the factor by which a picture fills its limits: less than 1 if it is too large. */
export function fitInto(limits: Limits, { width, height }: { width: number; height: number }): number {
  const { side, shortSide = side, pixels = side ** 2 } = limits
  return Math.min(
    side / Math.max(width, height),
    shortSide / Math.min(width, height),
    Math.sqrt(pixels / (width * height)),
  )
}

/** Draws a PDF, an SVG or any other picture. Throws a `DocumentProblem`. */
export async function draw(
  kind: 'draw_pdf' | 'draw_svg' | 'draw_image',
  bytes: Uint8Array,
  limits: Limits,
): Promise<Drawn> {
  const { default: sharp } = await import('sharp')
  sharp.cache(false)
  sharp.concurrency(1)
  if (kind === 'draw_pdf') return drawPdf(sharp, bytes, limits)
  return drawImage(sharp, kind === 'draw_svg' ? await drawSvg(bytes, limits) : bytes, limits)
}

async function drawImage(sharp: Sharp, bytes: Uint8Array, limits: Limits): Promise<Drawn> {
  const open = (page: number) => sharp(bytes, { page, limitInputPixels: maxPixels, failOn: 'truncated' })
  const fail = (error: unknown) => {
    const reason = error instanceof Error ? error.message : ''
    if (/pixel limit/.test(reason)) throw new DocumentProblem('too_costly')
    throw new DocumentProblem(/unsupported image format/.test(reason) ? 'image_type' : 'damaged')
  }
  const { format, pages = 1, width, height } = await open(0).metadata().catch(fail)
  // The frames of an animation are one picture.
  const total = format === 'tiff' ? pages : 1
  // The longer side is what counts: a photo may have to be turned.
  const side = Math.round(Math.max(width, height) * Math.min(1, fitInto(limits, { width, height })))
  const size = { width: side, height: side, fit: 'inside', withoutEnlargement: true } as const
  return drawPages(total, async page => {
    const drawing = open(page).autoOrient().resize(size).flatten({ background: '#ffffff' }).toColourspace('srgb')
    return drawing.jpeg({ quality: 85 }).toBuffer().catch(fail)
  })
}

/** A reference to anything but the picture itself and what it carries along: the renderer would read files of this machine. */
const outsideReference =
  /\bhref\s*=\s*(?:"(?!#|data:image\/(?:png|jpe?g|gif|webp)[;,])[^"]*"|'(?!#|data:image\/(?:png|jpe?g|gif|webp)[;,])[^']*')/g

/** Draws an SVG without what it refers to outside of it. Entities could hide that, and are for nothing else today. */
async function drawSvg(bytes: Uint8Array, limits: Limits): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js')
  const fontFile = fileURLToPath(
    new URL('../fonts/NotoSansHans-Regular.otf', import.meta.resolve('@embedpdf/fonts-sc')),
  )
  const fonts = { fontFiles: [fontFile], loadSystemFonts: false, defaultFontFamily: font }
  const svg = new TextDecoder().decode(bytes).replace(outsideReference, 'href=""')
  if (/<!ENTITY/i.test(svg)) throw new DocumentProblem('image_type')
  const { width, height } = new Resvg(svg, { font: fonts })
  const value = Math.round(Math.max(width, height) * fitInto(limits, { width, height }))
  const fitTo = { mode: width > height ? ('width' as const) : ('height' as const), value }
  return new Resvg(svg, { font: fonts, fitTo }).render().asPng()
}

async function drawPdf(sharp: Sharp, bytes: Uint8Array, limits: Limits): Promise<Drawn> {
  const { PDFiumLibrary } = await import('@hyzyla/pdfium')
  const document = await (await PDFiumLibrary.init()).loadDocument(bytes)
  return drawPages(document.getPageCount(), async index => {
    const page = document.getPage(index)
    const { originalWidth, originalHeight } = page.getOriginalSize()
    const scale = fitInto(limits, { width: originalWidth, height: originalHeight })
    const { data, width, height } = await page.render({ scale })
    return sharp(data, { raw: { width, height, channels: 4 } })
      .removeAlpha()
      .jpeg({ quality: 80 })
      .toBuffer()
  })
}

/** Draws pages one after another, since each takes some ten megabytes. */
async function drawPages(total: number, drawPage: (index: number) => Promise<Uint8Array>): Promise<Drawn> {
  const read = Math.min(total, maxPages)
  const pictures: Uint8Array[] = []
  for (let index = 0; index < read; index++) pictures.push(await drawPage(index))
  return { pictures, ...(read < total && { pages: { read, total } }) }
}
