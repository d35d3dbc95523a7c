import type { Turn } from '../../queue/turn.ts'

/** Parses requests for a chart, in English, Chinese and Japanese. */

const polite = String.raw`(?:(?:please|can you|could you|now|ok|and|then|hey|hi)[\s,]+){0,4}`
const some = String.raw`(?:(?:me|us|this|that|it|these|those|a|an|the|nice|simple|quick|small|bar|line|pie|stacked|column)\s+){0,6}`
const chart = String.raw`(?:bar|line|pie|stacked)?\s?(?:charts?|graphs?|plots?)`
const thing = String.raw`(?:this|that|it|these|those|them|the\s+(?:\w{1,20}\s+){0,2}(?:table|numbers?|figures?|data|answer|results?|file|csv|spreadsheet|sheet|votes?))`
const english = [
  String.raw`^${polite}(?:chart|plot|graph|visuali[sz]e)\s+${thing}(?:[\s,.!?:][^\n]*)?$`,
  String.raw`^${polite}(?:draw|make|create|generate|show|give|turn|convert|put|render|build)\s+${some}(?:(?:as|in|into|to)\s+${some})?${chart}(?:[\s,.!?:][^\n]*)?$`,
  String.raw`^${polite}(?:draw|make|show|turn|convert|put|render|plot|chart|change)\s+${thing}\s+(?:\w+\s+){0,3}?(?:as|in|into|to)\s+${some}${chart}[\s.!?]*$`,
  String.raw`^(?:now\s+)?(?:as|with)\s+${some}${chart}[\s.!?]*(?:please[\s.!?]*)?$`,
].map(pattern => new RegExp(pattern, 'i'))

const drawing =
  '(?:柱状图|柱形图|条形图|折线图|曲线图|线图|饼图|饼状图|扇形图|堆叠图|堆积图|统计图|趋势图|走势图|图表|柱狀圖|折線圖|圓餅圖|圖表)'
const chinese = [
  `^[^。！？\\n]{0,80}?(?:画|做|生成|绘制|制作|转|变|换|改|展示|表示|显示|给我|来|用|畫|製作|繪製)[^。！？\\n]{0,40}?${drawing}[^？?\\n]{0,20}$`,
  '^(?:请|麻烦|帮我|帮忙|给我|把|将|用|請|幫我|(?:这|那|上面|刚才|以上)(?:个|些|张)?的?(?:表格?|数据|数字|结果|回答)?){0,6}(?:画|做|畫)(?:成|个|一个|张|一张|一下|出|個|張){0,3}图?[图圖](?:吧|一下|看看|呗|谢谢)?[。.!！]*$',
  '^[^。！？\\n]{0,40}(?:数据|表格?|结果|数字|这个|这些|它)可视化(?:一下)?[。.!！]*$',
].map(pattern => new RegExp(pattern))

const japanese =
  /^[^。！？\n]{0,80}?(?:グラフ|チャート)(?:化|に|で|を|として){1,2}(?:し|作|描|書|か|表示|見せ|作成|変え|つく|出)[^。？\n]{0,20}[。.!！]*$/

const longestRequest = 200

/** Returns the words of a request for a chart; undefined if a turn asks for something else. */
export function parseChartRequest({ question }: Pick<Turn, 'question'>): string | undefined {
  if (question.text.length > longestRequest) return undefined
  const asked = question.text
    .replace(/<@[UW][^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s,，:：]+/, '')
    .trim()
  return [...english, ...chinese, japanese].some(pattern => pattern.test(asked)) ? asked : undefined
}
