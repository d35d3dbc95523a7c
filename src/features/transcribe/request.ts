import type { Turn } from '../../queue/turn.ts'
import { isRecording } from '../../slack/files/slack-file.ts'

/** Parses requests for a transcript, in English, Chinese and Japanese. */

const recording = '(?:recording|clip|audio|file|voice|message|memo|note|call|meeting|video|podcast|interview)'
const english = new RegExp(
  String.raw`^(?:(?:please|can you|could you|hey|hi)[\s,]+)*(?:transcribe|(?:(?:give|show|send)\s+(?:me|us)\s+)?(?:(?:the|a)\s+)?transcript(?:\s+of)?)(?:\s+(?:this|it|that|these|(?:this|that|the|my)\s+(?:last\s+)?(?:voice\s+)?${recording}))?(?:[\s,]+(?:please|for\s+(?:me|us)))*[\s.!?]*$`,
  'i',
)
const chineseThing = '(?:这段|这个|这条|该|上面的|我的)?(?:录音|语音|音频|视频|会议|文件|錄音|語音)?'
const chinese = new RegExp(
  String.raw`^(?:请|麻烦|帮我|帮忙|把|将|给|請|幫我)*${chineseThing}(?:的?内容)?(?:转写|转录|转成文字|转为文字|转文字|听写|轉寫|轉錄|逐字稿)(?:一下|下|出来)?${chineseThing}(?:吧|谢谢)?[\s.。!！?？]*$`,
)
const japanese =
  /^(?:(?:この|その|上の)?(?:録音|音声|ボイスメッセージ|音声メッセージ|会議|動画|ファイル)|これ)?(?:を|の)?(?:文字起こし|文字おこし|書き起こし|テキスト化)(?:を)?(?:し?て(?:ください|下さい|もらえますか|くれますか|ほしい)?|お願い(?:します|いたします)?)?[\s.。!！?？]*$/

const longestRequest = 100

/** Returns true if a turn asks for the words of a recording and nothing else. */
export function parseTranscriptRequest({ question }: Turn): true | undefined {
  const { text, files } = question
  if (text.length > longestRequest || (files.length > 0 && !files.some(isRecording))) return undefined
  const asked = text.replace(/<@[UW][^<>]*>/g, ' ').trim()
  return [english, chinese, japanese].some(pattern => pattern.test(asked)) || undefined
}
