/** Sentences about answers that are read aloud. */

const en = {
  listen: 'Listen',
  title: 'Answer, read aloud',
  progress: (done: number, parts: number) =>
    parts < 2 ? 'is reading the answer aloud…' : `is reading the answer aloud, part ${done + 1} of ${parts}…`,
  nothingBefore: 'There’s no answer of mine in this thread that I could read aloud.',
  already: (link: string) => `This answer is already in this thread as a recording: ${link}`,
  off: 'I can’t read answers aloud any more: my speech server was removed.',
  changed: 'The answer changed or was deleted while I was reading it aloud, so I haven’t posted the recording.',
  noWords: 'There’s nothing in this answer that I could read aloud.',
  failed: 'The speech server didn’t answer, so I couldn’t read this aloud. Try again in a minute.',
  refused: (status: number) =>
    `The speech server refused to read this aloud (status ${status}). Choose another voice in my home. If that doesn’t help, whoever installed me must check SPEECH_MODEL, SPEECH_VOICE and SPEECH_API_KEY.`,
  noAudio:
    'The speech server sent neither MP3 nor WAV, so I couldn’t read this aloud. Whoever installed me must check SPEECH_BASE_URL.',
  tooLarge: 'This answer is too long to read aloud.',
  codeLeftOut: 'A code block is left out.',
  tableLeftOut: 'A long table is left out.',
  voice: 'Voice',
  voiceHint: 'The name of a voice',
  speed: 'Speed of the voice',
  clips: 'Answer my voice clips with audio, too',
  notSaved: 'I couldn’t save that. Try again in a minute.',
}

type Sentences = typeof en

const zh: Sentences = {
  listen: '朗读',
  title: '朗读的回答',
  progress: (done: number, parts: number) =>
    parts < 2 ? '正在朗读…' : `正在朗读，第 ${done + 1} 部分，共 ${parts} 部分…`,
  nothingBefore: '这个讨论串里还没有可以朗读的回答。',
  already: (link: string) => `这个讨论串里已经有这个回答的音频了：${link}`,
  off: '语音服务已停用，无法再朗读回答。',
  changed: '朗读期间回答有改动或被删除，所以没有发送音频。',
  noWords: '这个回答里没有可以朗读的内容。',
  failed: '语音服务没有响应，暂时无法朗读。请一分钟后再试。',
  refused: (status: number) =>
    `语音服务拒绝朗读（状态 ${status}）。请在我的主页换一个语音；如果仍不行，请安装我的人检查 SPEECH_MODEL、SPEECH_VOICE 和 SPEECH_API_KEY。`,
  noAudio: '语音服务返回的不是 MP3 或 WAV，无法朗读。请安装我的人检查 SPEECH_BASE_URL。',
  tooLarge: '这个回答太长，无法朗读。',
  codeLeftOut: '代码略过。',
  tableLeftOut: '长表格略过。',
  voice: '语音',
  voiceHint: '语音的名称',
  speed: '语速',
  clips: '我发语音消息时，也用语音回答',
  notSaved: '没能保存，请一分钟后再试。',
}

const ja: Sentences = {
  listen: '読み上げる',
  title: '回答の読み上げ',
  progress: (done: number, parts: number) =>
    parts < 2 ? '読み上げています…' : `読み上げています（${done + 1}/${parts}）…`,
  nothingBefore: 'このスレッドには読み上げられる回答がありません。',
  already: (link: string) => `この回答の音声は、すでにこのスレッドにあります：${link}`,
  off: '音声サーバーがなくなったため、読み上げはできません。',
  changed: '読み上げている間に回答が変更または削除されたため、音声は投稿しませんでした。',
  noWords: 'この回答には読み上げられる内容がありません。',
  failed: '音声サーバーが応答しないため、読み上げられませんでした。1 分ほどしてからもう一度お試しください。',
  refused: (status: number) =>
    `音声サーバーに読み上げを拒否されました（ステータス ${status}）。ホームで別の声を選んでください。解決しない場合は、設置した担当者に SPEECH_MODEL、SPEECH_VOICE、SPEECH_API_KEY の確認を依頼してください。`,
  noAudio:
    '音声サーバーから MP3 または WAV が届かず、読み上げられませんでした。設置した担当者に SPEECH_BASE_URL の確認を依頼してください。',
  tooLarge: 'この回答は長すぎて読み上げられません。',
  codeLeftOut: 'コードは省略します。',
  tableLeftOut: '長い表は省略します。',
  voice: '声',
  voiceHint: '声の名前',
  speed: '読み上げの速さ',
  clips: '音声メッセージには音声でも回答する',
  notSaved: '保存できませんでした。1 分ほどしてからもう一度お試しください。',
}

export const speech = { en, zh, ja }
