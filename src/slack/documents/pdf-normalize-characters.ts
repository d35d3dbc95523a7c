/**
 * Chromium and others write simplified characters as the radicals that share their glyph. Unicode's own equivalents
 * (EquivalentUnifiedIdeograph.txt) of those that NFKC leaves as they are: radical and character in turn.
 */
const radicalPairs = `
  ⺁厂 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺈刀 ⺉刂 ⺊卜 ⺋㔾 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺒巳 ⺓幺 ⺔彑 ⺕彐 ⺖忄 ⺗㣺 ⺘扌 ⺙攵 ⺛旡 ⺜日
  ⺝月 ⺞歺 ⺠民 ⺡氵 ⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫罒 ⺬示 ⺭礻 ⺮竹 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺶羊 ⺷羊 ⺸羊 ⺹耂
  ⺺肀 ⺻聿 ⺼肉 ⺽臼 ⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶 ⻏阝 ⻐钅 ⻑長 ⻒镸
  ⻓长 ⻔门 ⻕阜 ⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻟飠 ⻠饣 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻫斉 ⻬齐
  ⻭歯 ⻮齿 ⻯竜 ⻰龙 ⻱龜 ⻲亀`

const unified = new Map(
  radicalPairs
    .trim()
    .split(/\s+/)
    .map((pair): [string, string] => [pair.charAt(0), pair.slice(1)]),
)

/**
 * Characters that NFKC must not change: Chinese punctuation would become ASCII, the exponent ² a 2 and ① a 1. The author
 * wrote those; ligatures, radicals and presentation forms only say how a PDF draws them.
 */
const meaningful = /([！-／：-＠［-｀｛-･²³¹¼-¾⁰-₟①-⓿…]+)/u

/**
 * Normalizes the text of a PDF to what its author typed: characters instead of glyph forms, no runs of empty lines.
 * NFKC has only the traditional form for the radical ⼾, which in most documents stands for the simplified one.
 */
export function normalizeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\0', '')
    .split(meaningful)
    .map((run, index) => (index % 2 === 0 ? run.replaceAll('⼾', '户').normalize('NFKC') : run))
    .join('')
    .replace(/[\u2e80-\u2eff]/g, radical => unified.get(radical) ?? radical)
    .replace(/(?<![^\S\n])[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
