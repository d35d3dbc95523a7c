import type { I18n } from './catalog.ts'
import { policy, why } from './ja-policy.ts'
import { createMoments } from './moments.ts'

const count = (number: number) => number.toLocaleString('ja')

const japaneseDay = new Intl.DateTimeFormat('ja-JP', {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  timeZone: 'UTC',
})

function japaneseDays(days: readonly number[]): string {
  const key = days.join()
  if (days.length === 7) return '毎日'
  if (key === '1,2,3,4,5') return '平日'
  if (key === '0,6') return '毎週末'
  return `毎週${days.map(day => '日月火水木金土'[day]).join('・')}曜日`
}

/** The bot's own sentences in Japanese. The commands in them are English, which is the language that commands understand. */
export const ja: I18n = {
  thinking: '考えています…',
  dialogLate: '時間がかかりすぎたため、ダイアログを開けませんでした。もう一度お試しください。',
  help: [
    'チャンネルでメンションするか、ダイレクトメッセージを送ってください。回答の前にスレッドを読みます。参加中のスレッドでは、次からメンションは不要です。例：',
    '- 「日程はどう決まりましたか？」',
    '- 「このスレッドを要約して」、または `/summarize #general since yesterday`（要約はあなただけに表示されます）',
    '- `/classify エクスポートが動かない`：フィードバックのカテゴリとその理由がわかります',
    '- `/classify report`：このチャンネルのフィードバックを集計します',
    '- `/ask`：メンションせずに質問できます',
  ].join('\n'),
  interrupted: '途中で停止したため、回答を完了できませんでした。もう一度質問してください。',
  handedOver: '再起動しています。続きは復旧後にお届けします。',
  setAside:
    'この質問の処理中に何度もエラーが起きたため、中断しました。言い方を変えるか、ファイルを外してもう一度質問してください。解決しない場合は管理者にご連絡ください。',
  before: count => `先に受け付けた ${count} 件の質問に回答しています…`,
  flooded:
    '順番待ちの質問が多いため、この質問と以降の質問は受け付けていません。回答が追いついたら、もう一度質問してください。',
  tooManyWaiting: '順番待ちの質問が多くなっています。回答が追いついたら、もう一度質問してください。',
  missingScope: scope =>
    `アプリに ${scope} の権限がないため、実行できません。manifest.yml をアプリの「App Manifest」ページに貼り付けて再インストールするよう、管理者に依頼してください。`,
  unexpected: reference =>
    `エラーが発生しました。もう一度質問してください。解決しない場合は、次の参照番号を管理者に伝えてください：${reference}`,
  notSaved:
    '保存できなかったため、処理を始めていません。1 分ほど待ってからもう一度お試しください。解決しない場合は管理者にご連絡ください。',

  footerRead: (read, total) => `メッセージ ${total} 件中 ${read} 件を読みました`,
  footerShortened: '長すぎるメッセージは一部だけ読みました',
  footerFileCut: name => `${name} は長すぎるため、一部だけ読みました`,
  footerFileSkipped: (name, reason) => `${name} は読んでいません：${reason}`,
  footerFilePages: (name, read, total) =>
    `${name} は全 ${total} ページのうち最初の ${read} ページを読みました。残りは分割して送ってください`,
  footerFilesMore: count => `ほかに ${count} 件のファイルは読んでいません`,
  maybeCut: 'モデルが理由を示さずに終了したため、回答が途中で終わっている可能性があります。もう一度質問してください。',
  overrun: '回答が終わらないため、停止しました。続きを読むには「続けて」と送ってください。',
  outputLimit: '回答がモデルの長さの上限に達しました。続きを読むには「続けて」と送ってください。',

  modelTitle: name => (/^built-in.engine/.test(name) ? '内蔵エンジン（言語モデルなし）' : name),

  labels: {
    unreadable: '言語モデルの分類結果を読み取れませんでした。もう一度試すか、別のモデルをお使いください。',
    working: '処理中です。結果はここに表示されます。',
    usage:
      'コマンドに続けてフィードバックを書いてください：/classify エクスポートが動かない。1 行に 1 件ずつ並べることもできます。スレッドでは、メンションして「classify this」と送ってください。',
    line: (kind, text, reason) => `[${kind}]-[問題:${text}]-[${reason}]`,
    confidence: percent => `確信度：${percent >= 80 ? '高' : percent >= 50 ? '中' : '低'}（${percent}%）`,
    noConfidence: '確信度：不明',
    noEvidence: '本文に明確な根拠はありません。',
    otherKind: 'その他',
    other: 'どのカテゴリにも当てはまりません。',
    by: model => `分類：${model}`,
    correctedBy: name => `${name} さんが修正しました`,
    post: 'チャンネルに投稿する',
    postedBy: name => `${name} さんが共有したフィードバック：`,
    posted: '投稿しました。',
    correct: 'カテゴリを変更…',
    undo: '修正を元に戻す',
    notYourCorrection: name => `元に戻せるのは、修正した ${name} さんかワークスペースの管理者だけです。`,
    gone: 'この分類結果はもう残っていません。もう一度分類してください。',
    nothingToLabel: '分類できるテキストがありません。',
    sheet: {
      otherType: name =>
        `分類できるのは CSV ファイルだけです。${name} を CSV（UTF-8）で保存して、もう一度送ってください。`,
      missing:
        'CSV ファイルが見つかりません。このスレッドにファイルを追加して「classify this file」と送るか、両方を一緒に送ってください。',
      empty: 'ファイルにヘッダー以外の行がありません。',
      tooLong: (rows, most, isMore) =>
        `ファイルは ${rows} 行${isMore ? '以上' : ''}あります。一度に処理できるのは ${most} 行までです。分割して送ってください。`,
      tooWide: (columns, most) =>
        `ファイルは ${columns} 列あります。読み込めるのは ${most} 列までです。不要な列を削除して、もう一度送ってください。`,
      tooLarge: (cells, most) =>
        `ファイルには ${cells} 個のセルがあります。読み込めるのは ${most} 個までです。不要な列を削除するか、分割して送ってください。`,
      unreadable: line =>
        `CSV として読み込めません。${line} 行目が終わっていないか、2 MB を超えています。閉じていない引用符がないか確認して、もう一度送ってください。`,
      unclear: (name, seen) =>
        `${name} の列を判別できません。列名は次の行かもしれません：${seen.map(line => `「${line}」`).join('または')}。フィードバックの列を指定してください。例：「classify this file, column comment」。または、列名より上の行を削除し、先頭に \`sep=;\` のように区切り文字の行を追加して、もう一度送ってください。`,
      headless: (name, [seen = '']) =>
        `${name} に列名がありません。最初の行は「${seen}」です。その上に \`id,comment\` のような列名の行を追加して、もう一度送ってください。`,
      noColumn: (wanted, names) => `「${wanted}」という列はありません。列：${names}`,
      progress: (done, all, failed) =>
        `分類しています：${all} 件中 ${done} 件${failed > 0 ? `、失敗 ${failed} 件` : ''}…`,
      done: (all, failed) =>
        `${all} 行中 ${all - failed} 行を分類しました${failed > 0 ? `。残りの ${failed} 行にはエラーを記入しています` : ''}。表は下のファイルをご覧ください。`,
      heads: { kind: 'カテゴリ', confidence: '確信度', quote: '引用', reason: '理由', error: 'エラー' },
    },
    report: {
      title: (place, days, total) =>
        `${place === '' ? 'フィードバック' : `#${place} のフィードバック`}（${days}）：${total} 件`,
      chart: '週ごとのフィードバック',
      week: '週',
      earlier: '以前',
      all: '合計',
      csv: 'CSV をダウンロード',
      heads: [
        ...['日時', 'チャンネル ID', 'チャンネル', '本文', 'カテゴリ', '引用', '理由', '確信度', '修正者 ID'],
        ...['修正者', '分類のバージョン'],
      ],
      none: 'この期間に分類済みのフィードバックはありません。チャンネルを自動分類するか（/classify settings）、過去のメッセージを分類してください：/classify last 7 days in #feedback',
      sent: link => `レポートをダイレクトメッセージに送りました：${link}`,
      sentWithoutChart: link =>
        `レポートをダイレクトメッセージに送りました：${link}\nグラフは追加できませんでした。原因はログをご確認ください（多くは files:write スコープの不足です）。`,
      noChannel: name =>
        `「${name}」というチャンネルに参加していません。そのチャンネルに招待してから、もう一度お試しください。`,
    },
    list: most =>
      `リストが長すぎます。ここで分類できるのは ${most} 行までです。スレッドに CSV ファイルで送ってください。`,
    settings: {
      title: channel => `#${channel} のフィードバック`,
      titleWithoutName: 'フィードバックの設定',
      save: '保存する',
      watchLabel: 'このチャンネルのメッセージ',
      watch: 'すべてのメッセージを自動で分類し、絵文字を付ける',
      card: 'スレッドにカードも投稿する',
      reactionLabel: 'この絵文字でリアクションされたメッセージを分類する（空欄で無効）',
      noEmoji: '絵文字の名前を 1 つ入力してください（例：label）',
    },
  },

  access: {
    lost: 'あなたか私がそのチャンネルを閲覧できなくなったため、表示していません。',
    guests: 'ゲストや他の組織の方は変更できません。このワークスペースのメンバーに依頼してください。',
  },

  policy,
  why,

  summary: {
    headings: {
      decisions: '決定事項',
      disagreements: '意見が分かれている点',
      questions: '未解決の質問',
      tasks: 'やること',
      facts: 'その他',
    },
    none: {
      decisions: '決定事項はありません。',
      disagreements: '意見が分かれている点はありません。',
      questions: '未解決の質問はありません。',
      tasks: 'やることはありません。',
    },
    verb: 'summarize',
    newWord: 'new,',
    colon: '：',
    comma: '、',
    due: when => `（期限：${when}）`,
    day: iso => japaneseDay.format(new Date(`${iso}T00:00Z`)),
    votes: votes => `（${votes}）`,
    nothingFound: '要約するほどの内容はありませんでした。',
    nothing: 'この期間のメッセージはありません。「last 7 days」のように期間を広げてみてください。',
    nothingNew: since => `${since} 以降の新しいメッセージはありません。`,
    unreadable:
      '言語モデルの要約を読み取れませんでした。もう一度お試しください。より大きなモデルで改善することがあります。',
    reading: (read, total) =>
      total === 0 ? '読んでいます…' : `メッセージを読んでいます：${count(total)} 件中 ${count(read)} 件…`,
    summing: (done, parts) => (parts < 2 ? '書いています…' : `要約しています… ${Math.floor((100 * done) / parts)}%`),
    writing: '書いています…',
    elapsed: seconds => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
    read: (messages, threads) =>
      `メッセージ ${count(messages)} 件${threads === 0 ? '' : `、スレッド ${count(threads)} 件`}を読みました`,
    span: (from, to) => `${from}〜${to}`,
    files: files => `ファイル ${count(files)} 件は読んでいません`,
    dropped: points => `根拠となるメッセージのない ${points} 件は省きました`,
    lost: (threads, code) =>
      `スレッド ${threads} 件を読めませんでした（${code}）。1 分ほど待ってからもう一度お試しください`,
    hidden: '以前のメッセージは Slack のプランの制限で表示されません',
    lookedBackTo: time => `${time} より前に始まったスレッドは確認していません。必要なら期間を広げてください`,
    cut: most => `最新の ${count(most)} 件だけを読みました。期間を短くしてください`,
    shortened: '長すぎるメッセージは一部だけ読みました',
    where:
      '何を要約しますか？チャンネル名かメッセージのリンクを指定してください。例：「summarize #general since monday」。スレッドでは、そのスレッドを要約します。',
    noChannel: name =>
      `${name === '' ? 'そのチャンネル' : `#${name} `}が見つからないか、あなたか私が参加していません。そのチャンネルで /invite を使って招待してから、もう一度お試しください。`,
    private:
      'ここには、その内容を閲覧できない人がいます。元の場所で /summarize を使うか、ダイレクトメッセージで質問してください。あなただけに表示します。',
    inDirect: '要約しています。要約はあなただけに表示されます。',
    direct: link => `要約ができました：${link}`,
    tooLong: '長すぎます。250 文字以内にするか、要約のスレッドで続けて質問してください。',
    unknownWords: words =>
      `「${words}」を理解できませんでした。「since monday」「last 200」「only decisions」「as a table」などをお試しください。詳しくは \`/summarize help\` をご覧ください。`,
    didYouMean: (words, guess) => `「${words}」を理解できませんでした。「${guess}」のことですか？`,
    usage:
      '`/summarize`：このチャンネルの過去 24 時間を要約し、あなただけに表示します。\n`/summarize since monday`、`last 200`、`between monday and wednesday`、`#other-channel`、メッセージのリンク、`new`（前回の要約以降）\n`/summarize new everywhere`：参加中のすべてのチャンネルで見逃した内容を表示します\n`/summarize only decisions`、または好きな形式：`as a table for the customer`\n`/summarize every weekday 9:00`、`/summarize list`、`/summarize stop 1`',
    post: name => (name === '' ? '元の場所に投稿する' : `#${name} に投稿する`),
    postToThread: 'スレッドに投稿する',
    postedBy: name => `${name} さんが依頼した要約：`,
    posted: link => `投稿しました：${link}`,
    gone: 'この要約が見つかりません。もう一度依頼してください。',
    moments: createMoments('ja-JP'),
    missed: {
      request: 'What did I miss?',
      waiting: 'あなたの対応待ち',
      inDirect: '見逃した内容をダイレクトメッセージでお届けします。',
      nothing: '見逃した内容はありません。共通のチャンネルに新しいメッセージはありません。',
      noChannels: '共通のチャンネルがまだありません。/invite で招待してください。',
      read: (messages, channels) => `${channels} 個のチャンネルのメッセージ ${count(messages)} 件を読みました`,
      notRead: names => `すべては読めませんでした：${names}。「summarize #channel」をお試しください`,
    },
    digest: {
      added: (when, place, start, index) =>
        `設定しました。${place} の新着メッセージの要約を、${when}にダイレクトメッセージでお届けします。初回は${start}です。停止するには \`/summarize stop ${index}\` と送ってください。`,
      when: (days, time) => `${japaneseDays(days)} ${time} `,
      kind: japaneseDays,
      thread: 'そのスレッド',
      everywhere: 'すべての共通チャンネル',
      list: '定期要約：',
      none: '定期要約はありません。設定するには：`/summarize every weekday 9:00`',
      ended: (kind, place) => `${place} の定期要約（${kind}）を停止しました。`,
      unknown: word => `定期要約 ${word} はありません。\`/summarize list\` で一覧を確認できます。`,
      unclear:
        '日時を指定してください。例：`/summarize every weekday 9:00`、`every monday at 14:30`、`every day 9am #general only decisions`',
      tooMany: most => `定期要約は ${most} 件までです。先にどれかを停止してください：\`/summarize list\``,
      next: time => `次回 ${time}`,
    },
  },

  controls: {
    stop: '停止する',
    again: '回答し直す',
    againLabel: 'この回答を破棄して、新しい回答を作成する',
    canBeWrong: 'AI の回答は誤っていることがあります',
    retry: 'もう一度試す',
    good: '良い回答',
    bad: '良くない回答',
    stopped: '停止しました。回答は途中までです。',
    stoppedBy: name => `${name} さんが停止しました。回答は途中までです。`,
    notYours: name => `この操作ができるのは、質問した ${name} さんかワークスペースの管理者だけです。`,
    tooOld: 'この質問はもう残っていません。もう一度質問してください。',
    busy: 'この質問には回答中です。',
    edited: '質問が編集されました。新しい質問に回答しますか？',
    editedAgain: '新しい質問に回答',
    askReason: 'フィードバックをありがとうございます。どこが良くありませんでしたか？（任意）',
    reasons: { wrong: '内容が誤っている', too_long: '長すぎる', off_thread: 'スレッドと関係がない', other: 'その他' },
    reasonKept: 'ありがとうございます。記録しました。',
  },

  fileReasons: {
    external: 'Slack の外に保存されています。ここにアップロードしてください',
    deleted: '削除されています',
    hidden_by_limit: 'ワークスペースの容量制限により、Slack で非表示になっています',
    needs_file_info: '別のワークスペースのファイルです。ここにアップロードしてください',
    too_large: '10 MB を超えています。一部だけ送ってください',
    too_costly: '展開後のサイズが大きすぎるか、読み込みに時間がかかりすぎます。一部だけ送ってください',
    host_not_allowed: 'Slack のサーバーにありません。ここにアップロードしてください',
    redirected: 'Slack から別の場所に転送されました。もう一度アップロードしてください',
    login_page: 'Slack のログインページが返されました。管理者が files:read を許可する必要があります',
    not_found: 'Slack に残っていません',
    unreadable_type: '読めない形式です。テキスト、PDF、Office ファイル、または画像で送ってください',
    unknown_encoding:
      '文字コードを判別できません（UTF-8、UTF-16、Windows-1252、Shift-JIS、GBK、Big5、EUC-KR を試しました）。UTF-8 で保存して、もう一度送ってください',
    no_text:
      'スキャン画像のようにページに文字がありません。文字認識（OCR）を行うか、ページを PNG または JPEG で送ってください',
    heic: 'HEIC の写真は開けません。JPEG または PNG で送ってください',
    image_type: 'この形式の画像は開けません。JPEG または PNG で送ってください',
    office: 'この Office 形式は開けません。DOCX、PPTX、または PDF で保存してください',
    spreadsheet: 'この形式の表計算ファイルは開けません。XLSX または CSV（UTF-8）で保存してください',
    outlook: 'Outlook のメッセージは開けません。EML で保存するか、メールを Slack に転送してください',
    archive: '圧縮ファイルは展開できません。中のファイルを送ってください',
    audio: '音声は聞き取れません。テキストで送ってください',
    video: '動画は再生できません。テキストで送ってください',
    empty: '空のファイルです',
    damaged: '壊れています。もう一度書き出してください',
    encrypted: 'パスワードで保護されています。パスワードを外して送ってください',
    download_failed: 'ダウンロードできませんでした。もう一度送ってください',
    type_mismatch: '内容がファイル名と一致しません。もう一度書き出してください',
    image_refused: 'モデルがこの画像を処理できませんでした。別の形式で送ってください',
    no_vision: '接続中のモデルは画像に対応していません。言葉で説明してください',
  },

  model: {
    unauthorized: '言語モデルの API キーが拒否されました。管理者が OPENAI_API_KEY を確認する必要があります。',
    forbidden: '言語モデルのアカウントに権限がありません。管理者がプランと地域を確認する必要があります。',
    unknownModel: name =>
      `モデルサーバーに「${name}」がありません。管理者が OPENAI_MODEL に利用可能なモデルを設定する必要があります。`,
    wrongAddress: 'このアドレスにチャット API がありません。管理者が OPENAI_BASE_URL を確認する必要があります。',
    noQuota: '言語モデルのアカウントの残高がありません。管理者がチャージしたら、もう一度質問してください。',
    busy: seconds =>
      seconds === undefined
        ? '言語モデルが混み合っています。1 分ほど待ってから、もう一度質問してください。'
        : `言語モデルが混み合っています。${seconds} 秒後に、もう一度質問してください。`,
    serverError: status =>
      `言語モデルのサーバーでエラーが発生しました（ステータス ${status}）。1 分ほど待ってから、もう一度質問してください。`,
    unreachable:
      '言語モデルに接続できません。1 分ほど待ってから、もう一度質問してください。解決しない場合は、管理者が OPENAI_BASE_URL を確認してください。',
    notJson:
      'モデルサーバーが回答ではなくウェブページを返しました。管理者が OPENAI_BASE_URL を確認する必要があります。',
    garbled: '言語モデルの回答を読み取れませんでした。もう一度質問してください。',
    streamError: '回答の途中で言語モデルからエラーが返されました。もう一度質問してください。',
    endedEarly: '言語モデルの回答が途中で切れました。もう一度質問してください。',
    silent: seconds => `言語モデルから ${seconds} 秒間応答がありませんでした。もう一度質問してください。`,
    empty: '言語モデルが何も回答しませんでした。言い方を変えて、もう一度質問してください。',
    onlyThoughts: '言語モデルが考えるだけで回答しませんでした。もう一度質問するか、質問を小さく分けてください。',
    limitWithoutText:
      '言語モデルが回答する前に長さの上限に達しました。質問を小さく分けてください。管理者は MODEL_OUTPUT_TOKENS を増やすこともできます。',
    onlyTools:
      '言語モデルが利用できないツールを使おうとして、回答しませんでした。言い方を変えて、もう一度質問してください。',
    declined: words =>
      `言語モデルが回答を断りました：「${words.replace(/\s+/g, ' ').trim().slice(0, 400).toWellFormed()}」`,
    refusedImages: '言語モデルがこの画像を処理できませんでした。別の形式で送るか、言葉で説明してください。',
    filtered:
      '言語モデルの提供元がコンテンツルールにより回答を停止しました。言い方を変えて、もう一度質問してください。',
    tooLong: 'モデルが一度に読める量を超えています。新しいスレッドで質問するか、テキストを短くしてください。',
    refusedRequest:
      '言語モデルがリクエストを拒否しました。言い方を変えて、もう一度質問してください。原因はログにあります。',
  },

  slack: {
    historyScope:
      'この会話を読む権限がありません。管理者が manifest.yml の履歴権限を追加して、再インストールする必要があります。',
    historyNotInChannel: '読めるのは参加中のチャンネルだけです。招待してから（/invite）、もう一度質問してください。',
    historyBusy: '現在、Slack の読み取りが制限されています。1 分ほど待ってから、もう一度質問してください。',
    historyFailed: code =>
      `Slack からこのスレッドを読めなかったため（${code}）、回答していません。1 分ほど待ってから、もう一度質問してください。`,
    threadGone: 'このスレッドはもうありません。',
  },

  ask: {
    title: 'Threadwise に質問',
    label: '質問',
    placeholder: '何を知りたいですか？',
    submit: '質問する',
    close: 'キャンセル',
    asked: name => `${name} さんの質問：`,
    empty: 'コマンドに続けて質問を書いてください：/ask …とは何ですか？',
    yourQuestion: question => `あなたの質問：${question}`,
    notInChannel:
      'あなたか私がこのチャンネルに参加していません。/invite で招待するか、ダイレクトメッセージで質問してください。',
    threadLocked: 'このスレッドはロックされているため、回答できません。ダイレクトメッセージで質問してください。',
    inThread: link => `質問をスレッドに投稿しました。回答もそこに届きます：${link}`,
    cannotPost: code => `Slack でここへの投稿が許可されていません（${code}）。ダイレクトメッセージで質問してください。`,
  },

  home: {
    title: 'Threadwise',
    intro:
      'スレッドの中で、書きながら回答をお届けします。チャンネルでメンションするか、ダイレクトメッセージを送るか、/ask を使ってください。/summarize ではチャンネルの決定事項と未解決の質問が、/classify ではフィードバックのカテゴリとその理由がわかります。',
    follow: '参加中のスレッドでは、次からメンションは不要です。ほかの人の @名前 で始まるメッセージには回答しません。',
    model: name => `回答に使うモデル：${name}`,
    reads:
      '質問されたスレッドとそのファイルを読み、モデルに送ります。Slack の外に保存するのは、回答が終わるまでの質問、あなたの評価、フィードバックとその分類、要約のために見つけた要点（30 日間）だけです。',
    ask: '質問する',
    missed: '見逃した内容は？',
    forget: '自分のデータを削除',
    forgetTitle: 'データを削除しますか？',
    forgetText:
      'Slack の外に保存しているあなたのデータ（質問、フィードバックの分類、評価、定期要約）をすべて削除します。順番待ちの質問には回答できないことがあります。この操作は元に戻せません。',
    forgetConfirm: '削除する',
    forgetDeny: 'キャンセル',
    forgotten: count =>
      count === 0
        ? '完了しました。保存されているデータはありませんでした。'
        : `あなたに関するデータを ${count} 件削除しました。`,
    notForgotten: 'データを削除できませんでした。1 分ほど待ってから、もう一度お試しください。',
    ratings: (up, down) => `回答の評価（管理者だけに表示）：👍 ${up} · 👎 ${down}`,
  },

  prompts: {
    title: '何をお手伝いしましょうか？',
    list: channel => [
      { title: '見逃した内容は？', message: 'What did I miss?' },
      ...(channel === undefined
        ? []
        : [{ title: `#${channel} の昨日からの要約`, message: `Summarize #${channel} since yesterday` }]),
      { title: '今週のフィードバックは？', message: 'What feedback came in this week?' },
      { title: '何ができますか？', message: '何ができますか？' },
    ],
  },
}
