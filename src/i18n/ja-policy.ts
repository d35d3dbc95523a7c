import type { policy as en, why as enWhy } from './en-policy.ts'

const count = (number: number) => number.toLocaleString('en')

export const policy: typeof en = {
  help: '`/threadwise settings` でこのチャンネルでの答え方を設定します（管理者とチャンネルの作成者向け）。`/threadwise settings workspace` ではワークスペース全体を設定します（管理者向け）\n`/threadwise settings me` で自分への答え方を設定します。ダイレクトメッセージでは `/threadwise settings` だけで設定できます\n`/threadwise why` で、私が答えた理由や答えなかった理由を確認できます\n`/threadwise help` でこの説明を表示します',
  title: { workspace: 'ワークスペースの設定', channel: 'チャンネルの設定', person: '自分の設定' },
  where: {
    workspace: 'このワークスペースでのすべての回答に適用されます。',
    channel: name => `#${name} でのすべての回答に、ワークスペースの指示に続けて適用されます。`,
    person: 'あなたへのすべての回答に、ワークスペースとチャンネルの指示に続けて適用されます。',
  },
  choose: 'チャンネルを選んで設定…',
  label: '回答についての指示',
  placeholder: '当社はホテルです。顧客は「お客様」と呼び、2〜3 文で答えてください。',
  limits: '口調、長さ、言語、形式を指定できます。安全のためのルールは変えられません。',
  preview: 'モデルに伝わる内容を見る',
  previewOf: '私自身のルールに続けて、モデルには次のように伝えます：',
  previewNone: '指示がなければ、モデルには私自身のルールだけを伝えます。',
  onlyAdmins: 'この設定を変更できるのは、ワークスペースの管理者だけです。',
  onlyManagers: 'この設定を変更できるのは、ワークスペースの管理者とこのチャンネルの作成者だけです。',
  access: {
    hereLabel: 'このチャンネルで',
    here: {
      on: '有効にする',
      chat: '質問に答える',
      summarize: '要約する（定期要約と「見逃したこと」を含む）',
      classify: 'フィードバックを分類する',
      outsiders: 'ほかの組織の人も利用できる',
    },
    whoLabel: '利用できる人',
    who: { everyone: 'ワークスペースの全員', listed: '次の人だけ' },
    people: '次の人',
    channels: '次のチャンネルのメンバー',
    groups: '次のユーザーグループのメンバー',
    noGroup: names => `ユーザーグループが見つかりません：${names}`,
    guestsLabel: 'ゲスト',
    guests: 'ゲストも利用できる',
    keptOut: 'モデルに決して送らない内容',
    keptChannels: '次のチャンネルのすべての内容',
    keptPeople: '次の人が書いたすべての内容',
    keptWords: '次の言葉（1 行に 1 つ）',
  },
  refusals: {
    channel_off: 'このチャンネルではご利用いただけません。',
    feature_off: 'この機能は、このチャンネルではオフになっています。',
    kept_out: 'このチャンネルまたはこの人の内容は、管理者の設定によりモデルに送れないため、対応できません。',
    not_listed: '利用できる人は管理者が限定しています。管理者に問い合わせてください。',
    guests: 'このワークスペースでは、ゲストはご利用いただけません。管理者に問い合わせてください。',
    outsiders: '管理者がこのチャンネルを開放しない限り、ほかの組織の人はここではご利用いただけません。',
  },
  left: messages => `管理者の設定により、${messages} 件のメッセージはモデルに送っていません`,
}

export const why: typeof enWhy = {
  title: { answered: '答えた理由', silent: '答えなかった理由', working: 'このメッセージは対応中です' },
  about: link => `対象のメッセージ：${link}`,
  rules: {
    direct: '私へのダイレクトメッセージでした。',
    mentioned: '私へのメンションがありました。',
    follow_up: '私が参加しているスレッドへの返信で、ほかの人に宛てたものではありませんでした。',
    foreign: '私へのメンションがなく、私はそのスレッドに参加していません。',
    unaddressed:
      '私へのメンションがありません。チャンネルでは、メンションされたときと、参加しているスレッドでだけ答えます。',
    acknowledged: '「ありがとう」「了解」や絵文字のように、何も尋ねていないメッセージです。',
    to_others: 'ほかの人に宛てたメッセージです。',
    own: '私自身のメッセージです。',
    app: 'アプリからのメッセージです。私は人にだけ答えます。',
    notice: 'メンバーの参加など、Slack からのお知らせです。',
    flooded: '送信者の質問がすでにたくさん待っていました。',
    deleted: '質問は削除されました。',
    quarantined: '答える途中で何度も停止したため、保留にしました。',
    unknown: '記録がありません。私が停止していたか、チャンネルにいなかったか、時間がたちすぎています。',
  },
  nothing: 'ここではまだメッセージを受け取っていません。',
  failed: kind => `エラーで終わりました：${kind}`,
  read: read => `読んだもの：${read}`,
  messages: (read, total) =>
    read === total ? `メッセージ ${count(read)} 件` : `メッセージ ${count(total)} 件中 ${count(read)} 件`,
  notRead: files => `読んでいないもの：${files}`,
  fileProblem: (name, reason) => `${name}（${reason}）`,
  comma: '、',
  instructions: whose => `回答についての指示：${whose}`,
  whose: { workspace: 'ワークスペース', channel: 'このチャンネル', person: '質問した人自身', none: 'なし' },
  model: name => `モデル：${name}`,
  tokens: (tokensIn, tokensOut, cached) =>
    `トークン：入力 ${count(tokensIn)}${cached > 0 ? `（うちキャッシュ ${count(cached)}）` : ''}、出力 ${count(tokensOut)}`,
  redacted: values => `モデルに送らなかった個人情報：${count(values)} 件`,
}
