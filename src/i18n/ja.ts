/** The bot's own sentences in Japanese. */
export const ja = {
  thinking: '考えています…',
  dialogLate: '時間がかかりすぎたため、ダイアログを開けませんでした。もう一度お試しください。',
  help: 'チャンネルでメンションするか、ダイレクトメッセージを送ってください。回答の前にスレッドを読みます。私が参加したスレッドでは、次からメンションは不要です。例：\n- 「日程はどう決まりましたか？」\n- 「このスレッドを要約して」、または `/summarize #general 昨日から`（要約はあなただけに表示されます）\n- `/classify エクスポートできない`：フィードバックのカテゴリとその理由がわかります\n- `/classify レポート`：このチャンネルのフィードバックを集計します\n- `/ask`：メンションせずに質問できます',
  interrupted: '途中で停止したため、回答を完了できませんでした。もう一度質問してください。',
  handedOver: '再起動しています。再開したら、続きを書きます。',
  setAside:
    'この質問の処理中に何度もエラーが起きたため、中止しました。言い方を変えるか、ファイルを外してもう一度質問してください。解決しない場合は管理者にご連絡ください。',
  before: '先に受け付けた {count, number} 件の質問に回答しています…',
  flooded:
    'あなたの質問がすでに多数あり、順番を待っているため、この質問には回答できません。新しい質問も今は受け付けられません。順番待ちの質問への回答が届いたら、もう一度質問してください。',
  tooManyWaiting:
    'あなたの質問がすでに多数あり、順番を待っているため、この質問は受け付けられません。順番待ちの質問への回答が届いたら、もう一度質問してください。',
  missingScope:
    'アプリに {scope} の権限がないため、実行できません。manifest.yml をアプリの「App Manifest」ページに貼り付けて再インストールするよう、管理者に依頼してください。',
  unexpected:
    'エラーが発生しました。もう一度質問してください。解決しない場合は、次の参照番号を管理者に伝えてください：{reference}',
  notSaved:
    'リクエストを保存できなかったため、処理を始めていません。1 分ほど待ってから、もう一度お試しください。解決しない場合は管理者にご連絡ください。',

  footerRead: 'メッセージ {total, number} 件中 {read, number} 件を読みました',
  footerShortened: '長すぎるメッセージは一部だけ読みました',
  footerFileCut: '{name} は長すぎるため、一部だけ読みました',
  footerFilePages:
    '{name} は全 {total, number} ページのうち最初の {read, number} ページを読みました（残りは分割して送ってください）',
  footerFirstPage: '{name} は大きすぎるため、1 ページ目だけを読みました',
  footerRecognized: '{name} は文字認識（OCR）で読み取りました（誤りがあるかもしれません）',
  footerFilesMore: 'ほかのファイル {count, number} 件は読んでいません',
  maybeCut:
    'モデルが理由を示さずに止まったため、回答が途中で終わっている可能性があります。足りない部分があれば、もう一度質問してください。',
  overrun: '回答が長く続きすぎたため、停止しました。続きを読むには「続けて」と送ってください。',
  outputLimit: 'モデルが一度に書ける長さの上限に達しました。続きを読むには「続けて」と送ってください。',

  builtInEngine: '内蔵エンジン（言語モデルなし）',

  labels: {
    unreadable:
      '言語モデルの分類結果を読み取れませんでした。もう一度お試しください。解決しない場合は、別のモデルへの変更を管理者に依頼してください。',
    working: '処理中です。結果はここに表示されます。',
    usage:
      'コマンドに続けてフィードバックを書いてください（例：`/classify エクスポートできない`）。1 行に 1 件ずつ並べることもできます。スレッドでは、メンションして「これを分類して」と送ってください。',
    line: '[{kind}]-[問題:{text}]-[{reason}]',
    confidence: '確信度：{level, select, high{高} medium{中} other{低}}（{percent}%）',
    noConfidence: '確信度：不明',
    noEvidence: '本文に明確な根拠はありません。',
    otherKind: 'その他',
    other: 'どのカテゴリにも当てはまりません。',
    by: '分類：{model}',
    correctedBy: '{name} さんが修正しました',
    post: 'チャンネルに投稿する',
    postedBy: '{name} さんが共有したフィードバック：',
    posted: '投稿しました。',
    correct: 'カテゴリを変更…',
    undo: '修正を元に戻す',
    notYourCorrection: '元に戻せるのは、修正した {name} さんかワークスペースの管理者だけです。',
    gone: 'この分類結果の記録がありません。もう一度分類してください。',
    nothingToLabel: '分類できるテキストがありません。',
    sheet: {
      quoted: '「{text}」',
      otherType: '分類できるのは CSV ファイルだけです。{name} を CSV（UTF-8）で保存して、もう一度送ってください。',
      missing:
        'このスレッドに CSV ファイルがありません。ファイルを投稿してから「このファイルを分類して」と送るか、ファイルに「このファイルを分類して」と添えて送ってください。',
      empty: 'ファイルに列名の行しかありません。フィードバックの行を追加して、もう一度送ってください。',
      tooLong:
        'ファイルは {rows, number} 行{isMore, select, true{以上} other{}}あります。一度に処理できるのは {most, number} 行までです。分割して送ってください。',
      tooWide:
        'ファイルは {columns, number} 列あります。読み込めるのは {most, number} 列までです。不要な列を削除して、もう一度送ってください。',
      tooLarge:
        'ファイルには {cells, number} 個のセルがあります。読み込めるのは {most, number} 個までです。不要な列を削除するか、分割して送ってください。',
      unreadable:
        'CSV として読み込めません。{line} 行目から始まるデータの終わりが見つかりません。閉じていない引用符がないか確認して、もう一度送ってください。',
      unclear:
        '{name} の列を判別できません。列名が書かれているのは次の行かもしれません：{lines}。フィードバックの列を「このファイルを分類して、列は comment」のように指定してください。または、列名より上の行を削除し、先頭に `sep=;` のような区切り文字を示す行を追加して、もう一度送ってください。',
      headless:
        '{name} に列名がありません。最初の行は{lines}です。その上に `id,comment` のような列名の行を追加して、もう一度送ってください。',
      noColumn: '「{wanted}」という列はありません。次の中から選んでください：{names}',
      progress: '分類しています：{all, number} 件中 {done, number} 件{failed, plural, =0{} other{、失敗 # 件}}…',
      done: '{all, number} 行中 {done, number} 行を分類しました{failed, plural, =0{} other{。分類できなかった # 行のエラーの内容は表にあります}}。表は下のファイルをご覧ください。',
      heads: { kind: 'カテゴリ', confidence: '確信度', quote: '引用', reason: '理由', error: 'エラー' },
    },
    dialog: {
      title: 'フィードバックを分類',
      label: 'フィードバック',
      placeholder: 'エクスポートできない',
      hint: '複数ある場合は、1 行に 1 件ずつ書いてください。',
      submit: '分類する',
      working: '読んでいます…',
      close: '閉じる',
    },
    report: {
      title: 'フィードバック（{days}）：{total, number} 件',
      titleIn: '#{place} のフィードバック（{days}）：{total, number} 件',
      chart: '週ごとのフィードバック',
      week: '週',
      earlier: 'それ以前',
      all: '合計',
      csv: 'CSV をダウンロード',
      heads: {
        said: '日時',
        channelId: 'チャンネル ID',
        channel: 'チャンネル',
        text: '本文',
        kind: 'カテゴリ',
        quote: '引用',
        reason: '理由',
        confidence: '確信度',
        correctedById: '修正者 ID',
        correctedBy: '修正者',
        version: 'カテゴリ定義のバージョン',
      },
      none: 'この期間に分類済みのフィードバックはありません。新しいメッセージは `/classify 設定` で自動分類できます。過去のメッセージは `/classify 過去7日間 #feedback` で分類できます。',
      sent: 'レポートを[ダイレクトメッセージ]({link})で送りました。',
      direct: 'ダイレクトメッセージ',
      sentSeveral: 'レポートをダイレクトメッセージで送りました：{reports}',
      noChart:
        'グラフを追加できませんでした。管理者にログの確認を依頼してください（多くの場合、原因は files:write 権限の不足です）。',
      noChannel:
        '私は「{name}」というチャンネルに参加していません。そのチャンネルで /invite を使って招待してから、もう一度お試しください。',
    },
    list: 'リストが長すぎます。ここで分類できるのは {most, number} 行までです。CSV ファイルにして、スレッドで送ってください。',
    settings: {
      title: '#{channel} のフィードバック設定',
      titleWithoutName: 'フィードバックの設定',
      save: '保存する',
      watchLabel: 'このチャンネルのメッセージ',
      watch: 'すべてのメッセージを自動で分類し、絵文字を付ける',
      card: '分類結果のカードもスレッドに投稿する',
      reactionLabel: 'この絵文字でリアクションされたメッセージを分類する（空欄で無効）',
      noEmoji: '絵文字の名前を 1 つ入力してください（例：label）',
    },
  },

  access: {
    lost: 'あなたと私のどちらかがそのチャンネルを閲覧できなくなったため、表示できません。チャンネルのメンバーに招待を依頼してください。',
    guests: 'ゲストとほかの組織の人は変更できません。このワークスペースのメンバーに依頼してください。',
  },

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
    verb: '要約',
    newWord: '前回以降、',
    colon: '：',
    comma: '、',
    due: '（期限：{when}）',
    votes: '（{votes}）',
    nothingFound: '要約するほどの内容はありませんでした。',
    nothing: 'この期間のメッセージはありません。「過去7日間」のように期間を広げてみてください。',
    nothingNew: '{since} 以降の新しいメッセージはありません。',
    unreadable:
      '言語モデルの要約を読み取れませんでした。もう一度お試しください。解決しない場合は、別のモデルへの変更を管理者に依頼してください。',
    starting: '読んでいます…',
    reading: 'メッセージを読んでいます：{total, number} 件中 {read, number} 件…',
    summing: '要約しています… {percent}%',
    writing: '書いています…',
    read: 'メッセージ {messages, number} 件{threads, plural, =0{} other{、スレッド # 件}}を読みました',
    span: '{from}〜{to}',
    heard: '録音 {minutes, number} 分を文字起こししました',
    files: 'ファイル {files, number} 件は読んでいません',
    dropped: '根拠となるメッセージがない {points, number} 項目は省きました',
    lost: 'スレッド {threads, number} 件を読めませんでした（{code}）。1 分ほど待ってから、もう一度お試しください',
    hidden: '古いメッセージは Slack のプランの制限で非表示のため、読んでいません',
    lookedBackTo: '{time} より前に始まったスレッドは確認していません（必要なら期間を広げてください）',
    cut: '最新の {most, number} 件だけを読みました（すべて読むには、期間を短くしてください）',
    shortened: '長すぎるメッセージは一部だけ読みました',
    where:
      '何を要約しますか？チャンネル名かメッセージのリンクを指定してください。例：「#general の月曜日からの内容を要約して」。スレッドの中では「要約して」だけで要約できます。',
    noChannel:
      '#{name} が見つからないか、あなたと私のどちらかが参加していません。参加していない場合は参加し、/invite で私を招待してから、もう一度お試しください。',
    noChannelById:
      'そのチャンネルが見つからないか、あなたと私のどちらかが参加していません。参加していない場合は参加し、/invite で私を招待してから、もう一度お試しください。',
    private:
      'ここには、そのチャンネルを閲覧できない人がいます。そのチャンネルで /summarize を使うか、ダイレクトメッセージで依頼してください。要約はあなただけに表示されます。',
    inDirect: '要約しています。要約はあなただけに表示されます。',
    direct: '[要約]({link})ができました。',
    tooLong: '依頼が長すぎます。まず 250 文字以内で依頼してください。そのあと、要約のスレッドで続けて質問できます。',
    unknownWords:
      '「{words}」を理解できませんでした。「月曜から」「最新200件」「決定事項だけ」「表で」などをお試しください。詳しくは `/summarize ヘルプ` をご覧ください。',
    didYouMean: '「{words}」を理解できませんでした。「{guess}」のことですか？',
    usage:
      '`/summarize`：このチャンネルの過去 24 時間を要約し、あなただけに表示します\n`/summarize 月曜から`：範囲を指定します。ほかに `最新200件`、`月曜から水曜まで`、`#ほかのチャンネル`、メッセージのリンク、`新着`（前回の要約以降）も使えます\n`/summarize 新着 全チャンネル`：あなたも私も参加しているすべてのチャンネルから、見逃した内容を表示します\n`/summarize 決定事項だけ`：決定事項だけを要約します。`お客様向けの表で` のように形式も指定できます\n`/summarize 平日 9:00`：定期要約を設定します。`/summarize 一覧` で一覧を確認し、`/summarize 停止 1` で停止できます',
    post: '#{name} に投稿する',
    postThere: 'そのチャンネルに投稿する',
    postToThread: 'スレッドに投稿する',
    postedBy: '{name} さんが依頼した要約：',
    posted: '[要約]({link})を投稿しました。',
    gone: 'この要約が見つかりません。もう一度依頼してください。',
    missed: {
      request: '見逃した内容は？',
      waiting: 'あなたの対応待ち',
      inDirect: '見逃した内容をダイレクトメッセージでお届けします。',
      nothing: '見逃した内容はありません。あなたも私も参加しているチャンネルに、新しいメッセージはありませんでした。',
      noChannels:
        'あなたも私も参加しているチャンネルがまだありません。チャンネルで /invite を使って私を招待してください。',
      read: '{channels, number} 個のチャンネルのメッセージ {messages, number} 件を読みました',
      notRead: '一部しか読めなかったチャンネル：{names}。「#チャンネル名 を要約して」をお試しください',
    },
    dialog: {
      title: 'チャンネルを要約',
      channel: 'チャンネル',
      hint: 'あなたも私も参加しているチャンネルを選んでください。要約はダイレクトメッセージで届きます。',
      span: '対象のメッセージ',
      spans: {
        day: { title: '過去 24 時間', words: '過去24時間' },
        week: { title: '過去 7 日間', words: '過去7日間' },
        new: { title: '前回の要約以降', words: '新着' },
      },
      submit: '要約する',
    },
    digest: {
      added:
        '設定しました。{when} に、新着メッセージの要約（{place}）をダイレクトメッセージでお届けします。初回は{start}です。停止するには `/summarize 停止 {index}` と送ってください。',
      when: '{pattern, select, daily{毎日 {time}} weekdays{平日 {time}} weekends{毎週土日 {time}} other{毎週{days} {time}}}',
      weekday: '{day, date, ::EEEE}',
      thread: 'そのスレッド',
      everywhere: 'あなたも私も参加しているすべてのチャンネル',
      list: '定期要約：',
      none: '定期要約はありません。設定するには：`/summarize 平日 9:00`',
      ended:
        '{pattern, select, daily{定期要約（{place}、毎日）を停止しました。} weekdays{定期要約（{place}、平日）を停止しました。} weekends{定期要約（{place}、毎週土日）を停止しました。} other{定期要約（{place}、毎週{days}）を停止しました。}}',
      unknown: '{word} 番の定期要約はありません。`/summarize 一覧` で一覧を確認できます。',
      unclear:
        'いつお届けするか指定してください。例：`/summarize 平日 9:00`、`毎週月曜 14:30`、`毎朝9時 #general 決定事項だけ`',
      tooMany:
        '定期要約は {most, number} 件までです。先にどれかを停止してください。`/summarize 一覧` で一覧を確認できます。',
      next: '次回 {time}',
    },
  },

  usage: {
    own: '今月のあなたのリクエスト：{calls, number} 件（{dollars}）',
    all: '今月の全員のリクエスト：{calls, number} 件（{dollars}）。管理者だけに表示されます',
    budget: 'あなたの利用枠：{budgets}',
    ownBudget: 'あなたの利用枠（管理者が個別に設定）：{budgets}',
    perDay: '1 日 {dollars}',
    perMonth: '1 か月 {dollars}',
    ownBudgets: '利用枠が個別に設定されているメンバー',
    moreOwnBudgets: 'ほか {count, number} 人',
    chartCalls: '日ごとのリクエスト数',
    chartCost: '日ごとの料金（米ドル）',
    chart: 'グラフで見る',
    charts: { usage: '過去 14 日間のあなたの利用状況：', all_usage: '過去 14 日間の全員の利用状況：' },
    noChart: '過去 14 日間にリクエストがないため、グラフはありません。',
    features: {
      chat: '質問',
      summarize: '要約',
      classify: 'フィードバック',
      transcribe: '録音',
      ambient: 'メンションなしの回答',
      pictures: '画像',
    },
    direct: 'ダイレクトメッセージ',
    by: { person: 'メンバー', channel: 'チャンネル', feature: '機能', model: 'モデル' },
    spent: {
      personDay:
        '今日の利用枠を使い切りました。UTC の午前 0 時（日本時間の午前 9 時）以降にもう一度質問するか、管理者に利用枠の引き上げを依頼してください。',
      personMonth:
        '今月の利用枠を使い切りました。来月 1 日の UTC 午前 0 時（日本時間の午前 9 時）以降にもう一度質問するか、管理者に利用枠の引き上げを依頼してください。',
      day: 'ワークスペースの今日の利用枠を使い切りました。UTC の午前 0 時（日本時間の午前 9 時）以降にもう一度質問するか、管理者に利用枠の引き上げを依頼してください。',
      month:
        'ワークスペースの今月の利用枠を使い切りました。来月 1 日の UTC 午前 0 時（日本時間の午前 9 時）以降にもう一度質問するか、管理者に利用枠の引き上げを依頼してください。',
    },
    warning: {
      personDay: '今日の利用枠の 80% を使いました。',
      personMonth: '今月の利用枠の 80% を使いました。',
      day: 'ワークスペースの今日の利用枠 {amount} のうち {spent} を使いました。内訳はアプリのホームで確認できます。利用枠はホームの「ワークスペースの設定」で変更できます。',
      month:
        'ワークスペースの今月の利用枠 {amount} のうち {spent} を使いました。内訳はアプリのホームで確認できます。利用枠はホームの「ワークスペースの設定」で変更できます。',
    },
  },

  controls: {
    stop: '停止する',
    again: '作り直す',
    againWith: '別のモデルで作り直す…',
    againLabel: 'この回答を破棄して、新しい回答を作成する',
    canBeWrong: 'AI の回答は誤っていることがあります',
    retry: 'もう一度試す',
    good: '良い回答',
    bad: '良くない回答',
    stopped: '停止しました。回答は途中までです。',
    stoppedBy: '{name} さんが停止しました。回答は途中までです。',
    notYours: 'この操作ができるのは、質問した {name} さんかワークスペースの管理者だけです。',
    tooOld: 'この質問の記録がありません。もう一度質問してください。',
    busy: 'この質問に回答しています。お待ちください。',
    edited: '質問が編集されました。回答を作り直しますか？',
    editedAgain: '編集後の質問で作り直す',
    askReason: '評価ありがとうございます。どこが良くありませんでしたか？（任意）',
    reasons: { wrong: '内容が誤っている', too_long: '長すぎる', off_thread: 'スレッドと関係がない', other: 'その他' },
    reasonKept: 'ありがとうございます。記録しました。',
  },

  fileNotRead: '{names} を読めませんでした。{reason}。',
  fileReasons: {
    external: 'Slack の外に保存されています。ここにアップロードしてください',
    deleted: '削除されています。必要な場合は、もう一度アップロードしてください',
    hidden_by_limit: 'Slack のプランの制限により非表示になっています。もう一度アップロードしてください',
    needs_file_info: '別のワークスペースのファイルです。ここにアップロードしてください',
    too_large: '10 MB を超えています。一部だけ送ってください',
    too_costly: '展開後のサイズが大きすぎるか、読み込みに時間がかかりすぎます。一部だけ送ってください',
    host_not_allowed: 'Slack のサーバーにありません。ここにアップロードしてください',
    redirected: 'Slack から直接ダウンロードできませんでした。もう一度アップロードしてください',
    login_page: 'ダウンロードする権限がありません。files:read 権限の追加を管理者に依頼してください',
    not_found: 'Slack に残っていません。もう一度アップロードしてください',
    unreadable_type: '読めない形式です。テキスト、PDF、Office ファイル、または画像で送ってください',
    unknown_encoding: '文字コードを判別できません。UTF-8 で保存して、もう一度送ってください',
    no_text:
      'ページに文字データがありません。スキャンした書類なら、文字認識（OCR）済みの PDF か、PNG または JPEG の画像で送ってください',
    recognition_failed:
      '文字認識（OCR）でエラーが起きました。1 分ほど待ってから、もう一度質問してください。続く場合は、管理者に Tesseract の確認を依頼してください',
    heic: 'HEIC の写真は開けません。JPEG または PNG で送ってください',
    image_type: 'この形式の画像は開けません。JPEG または PNG で送ってください',
    office: 'この Office 形式は開けません。DOCX、PPTX、または PDF で送ってください',
    spreadsheet: 'この形式の表計算ファイルは開けません。XLSX または CSV（UTF-8）で送ってください',
    archive: '圧縮ファイルは展開できません。中のファイルを送ってください',
    audio: 'この形式の録音は開けません。MP3、M4A、WAV、OGG、FLAC のいずれかで送ってください',
    video: 'この形式の動画は開けません。MP4 か WebM、または音声だけを MP3 で送ってください',
    recording_too_large: '400 MB を超えています。MP3 か M4A に変換するか、一部だけを送ってください',
    no_sound: '音声が入っていません。音声の入った動画を送ってください',
    no_speech: '話し声が聞き取れませんでした。録音を確認して、もう一度送ってください',
    no_transcriber:
      'モデルサーバーが文字起こしに対応していません。管理者に TRANSCRIPTION_BASE_URL と TRANSCRIPTION_MODEL の設定を依頼してください',
    transcriber_key:
      '文字起こしサーバーにキーまたはアカウントを拒否されました。管理者に TRANSCRIPTION_API_KEY の確認を依頼してください',
    transcription_failed: '文字起こしサーバーでエラーが起きました。1 分ほど待ってから、もう一度質問してください',
    empty: '空のファイルです。確認して、もう一度送ってください',
    damaged: '壊れています。書き出し直して送ってください',
    encrypted: 'パスワードで保護されています。パスワードを外して送ってください',
    download_failed: 'ダウンロードできませんでした。もう一度送ってください',
    type_mismatch: 'ファイルの中身と拡張子が一致しません。もう一度書き出して送ってください',
    many_images: '1 つのスレッドで読める画像は、新しいものから 20 枚までです。必要な場合は、もう一度送ってください',
    image_refused: 'モデルがこの画像を処理できませんでした。別の形式で送ってください',
    no_vision: '接続中のモデルは画像に対応していません。言葉で説明してください',
  },

  longFiles: {
    page: '{name} は全 {total, number} ページのうち {ranges} ページ目を読みました（ほかのページは質問すれば読みます）',
    slide:
      '{name} はスライド全 {total, number} 枚のうち {ranges} 枚目を読みました（ほかのスライドは質問すれば読みます）',
    share:
      '{name} のうち、質問に関係の深い部分（全体の {percent, number}%）を読みました（ほかの部分は質問すれば読みます）',
  },

  recordings: {
    progress: '文字起こし中：{total, number} 分中 {done, number} 分…',
    heard: '聞き取った内容：「{words}」',
    heardIn: '聞き取った内容（{language}）：「{words}」',
    silent: '録音から話し声が聞き取れませんでした。もう一度録音するか、文字で送ってください。',
    unread: '録音を文字起こしできませんでした：{reason}。',
    none: 'このスレッドに録音がありません。録音を投稿してから「文字起こしして」と送るか、録音に「文字起こしして」と添えて送ってください。',
    minutes: '{minutes, number} 分',
    lost: '{from}〜{to} は文字起こしできませんでした',
    cut: '最初の {minutes, plural, other{#}} 分だけ文字起こししました。残りは録音を分けて送ってください。',
  },

  models: {
    gone: '{gone} が利用できなくなったため、{name} が回答しました',
    unpriced:
      '⚠️ {names} の料金が不明なため、その利用分は利用枠に計上されません。MODELS_FILE で料金を設定してください。',
    inThread: 'わかりました。今後このスレッドでは {name} が回答します。',
    inDirect: 'わかりました。今後ダイレクトメッセージでは {name} が回答します。',
    guess: '「{wanted}」というモデルが見つかりません。{names} のことですか？',
    unknown: '「{wanted}」というモデルが見つかりません。{names} から選べます。',
    unavailable: '{name} は利用できなくなりました。別のモデルを選んでください。',
    label: 'モデル',
    usual: '標準のモデル',
    hint: 'モデルの名前。空欄にすると標準のモデルを使います。',
    allowed: 'メンバーが選べるモデル（空欄ならすべて）',
    allowedMore: 'メンバーが選べるモデル（続き）',
    allowedHint: '1 行に 1 つずつ入力します。',
  },

  model: {
    unauthorized: '言語モデルの API キーが拒否されました。管理者に OPENAI_API_KEY の確認を依頼してください。',
    forbidden: '言語モデルのアカウントに権限がありません。管理者に契約プランと利用できる地域の確認を依頼してください。',
    unknownModel:
      'モデルサーバーに「{name}」がありません。OPENAI_MODEL を利用可能なモデルに変更するよう、管理者に依頼してください。',
    wrongAddress:
      'モデルサーバーのアドレスにチャット API がありません。管理者に OPENAI_BASE_URL の確認を依頼してください。',
    noQuota: '言語モデルのアカウントの残高が不足しています。管理者にチャージを依頼してから、もう一度質問してください。',
    busy: '言語モデルが混み合っています。1 分ほど待ってから、もう一度質問してください。',
    busyFor: '言語モデルが混み合っています。{seconds, number} 秒後に、もう一度質問してください。',
    serverError:
      'モデルサーバーでエラーが発生しました（ステータス {status}）。1 分ほど待ってから、もう一度質問してください。',
    unreachable:
      '言語モデルに接続できません。1 分ほど待ってから、もう一度質問してください。解決しない場合は、管理者に OPENAI_BASE_URL の確認を依頼してください。',
    notJson:
      'モデルサーバーが回答ではなくウェブページを返しました。管理者に OPENAI_BASE_URL の確認を依頼してください。',
    garbled: '言語モデルの回答を読み取れませんでした。もう一度質問してください。',
    streamError: '回答の途中で言語モデルにエラーが発生しました。もう一度質問してください。',
    endedEarly: '言語モデルの回答が途中で切れました。もう一度質問してください。',
    silent: '言語モデルから {seconds, number} 秒間応答がありませんでした。もう一度質問してください。',
    empty: '言語モデルの回答が空でした。言い方を変えて、もう一度質問してください。',
    onlyThoughts: '言語モデルが考えただけで、回答を書きませんでした。もう一度質問するか、質問を小さく分けてください。',
    limitWithoutText:
      '言語モデルが回答を書く前に、長さの上限に達しました。質問を小さく分けるか、管理者に MODEL_OUTPUT_TOKENS の引き上げを依頼してください。',
    onlyTools:
      '言語モデルが利用できないツールを使おうとしたため、回答がありません。言い方を変えて、もう一度質問してください。',
    declined: '言語モデルが回答を断りました：「{words}」。言い方を変えて、もう一度質問してください。',
    refusedImages: '言語モデルがこの画像を処理できませんでした。別の形式で送るか、言葉で説明してください。',
    filtered:
      '言語モデルの提供元がコンテンツポリシーに基づいて回答を停止しました。言い方を変えて、もう一度質問してください。',
    tooLong: 'モデルが一度に読める量を超えています。新しいスレッドで質問するか、テキストを短くしてください。',
    refusedRequest:
      '言語モデルがリクエストを拒否しました。言い方を変えて、もう一度質問してください。原因は管理者がログで確認できます。',
  },

  slack: {
    historyScope:
      'この会話を読む権限がありません。manifest.yml をアプリの「App Manifest」ページに貼り付けて再インストールするよう、管理者に依頼してください。',
    historyNotInChannel:
      '私が読めるのは、参加しているチャンネルだけです。/invite で招待してから、もう一度質問してください。',
    historyBusy: '現在、Slack からの読み取りが制限されています。1 分ほど待ってから、もう一度質問してください。',
    historyFailed:
      'Slack からこのスレッドを読めなかったため（{code}）、回答していません。1 分ほど待ってから、もう一度質問してください。',
    threadGone: 'このスレッドはもうありません。新しいスレッドで質問してください。',
  },

  ask: {
    title: 'Threadwise に質問',
    label: '質問',
    placeholder: '何を知りたいですか？',
    submit: '質問する',
    close: 'キャンセル',
    asked: '{name} さんの質問：',
    empty: 'コマンドに続けて質問を書いてください（例：`/ask 日程はどう決まりましたか？`）',
    yourQuestion: 'あなたの質問：{question}',
    notInChannel:
      'あなたと私のどちらかがこのチャンネルに参加していません。参加していない場合は参加し、/invite で私を招待してください。ダイレクトメッセージでも質問できます。',
    threadLocked: 'このスレッドはロックされているため、回答できません。ダイレクトメッセージで質問してください。',
    inThread: '質問を[スレッド]({link})に投稿しました。回答もそこに届きます。',
    cannotPost: 'Slack でここへの投稿が許可されていません（{code}）。ダイレクトメッセージで質問してください。',
  },

  ambient: {
    intro: '私への質問ではありませんが、お役に立てそうです。',
    source: '「{quote}」',
    off: 'ここでのメンションなしの回答を止める',
    isOff: 'わかりました。このチャンネルでは、メンションされたときと、私が参加しているスレッドでだけ答えます。',
  },

  speech: {
    listen: '読み上げる',
    title: '回答の読み上げ',
    progress:
      '{parts, plural, =0{読み上げています…} =1{読み上げています…} other{読み上げています（{part, number}/{parts, number}）…}}',
    nothingBefore: 'このスレッドには読み上げられる回答がありません。先に質問してください。',
    already: 'この回答の[音声]({link})は、すでにこのスレッドにあります。',
    off: '音声サーバーの設定がないため、読み上げられません。管理者に SPEECH_BASE_URL の設定を依頼してください。',
    changed: '読み上げている間に回答が変更または削除されたため、音声は投稿しませんでした。',
    noWords: 'この回答には読み上げられる内容がありません。',
    failed: '音声サーバーが応答しないため、読み上げられませんでした。1 分ほど待ってから、もう一度お試しください。',
    refused:
      '音声サーバーに読み上げを拒否されました（ステータス {status}）。アプリのホームで別の声を選んでください。解決しない場合は、管理者に SPEECH_MODEL、SPEECH_VOICE、SPEECH_API_KEY の確認を依頼してください。',
    noAudio:
      '音声サーバーから MP3 または WAV の音声が届かず、読み上げられませんでした。管理者に SPEECH_BASE_URL の確認を依頼してください。',
    tooLarge: 'この回答は長すぎて読み上げられません。「短くして」と送ってください。',
    codeLeftOut: 'コードは省略しました。',
    tableLeftOut: '長い表は省略しました。',
    voice: '声',
    voiceHint: '声の名前',
    speed: '読み上げの速さ',
    clips: '音声メッセージには音声でも回答する',
    notSaved: '保存できませんでした。1 分ほど待ってから、もう一度お試しください。',
    hidden: {
      email: 'メールアドレス',
      phone: '電話番号',
      id: '身分証の番号',
      card: 'カード番号',
      account: '口座番号',
      secret: 'パスワードまたはキー',
      word: '伏せた言葉',
    },
  },

  charts: {
    button: 'グラフにする',
    progress: 'グラフを描いています…',
    title: 'グラフ',
    count: '件数',
    thread: 'このスレッド',
    caption: {
      rows: '{source}の数値です。',
      sum: '{rows, plural, other{{source}の # 行の合計です。}}',
      average: '{rows, plural, other{{source}の # 行の平均です。}}',
      count: '{rows, plural, other{{source}の # 行を数えました。}}',
    },
    already: 'この回答の[グラフ]({link})は、すでにこのスレッドにあります。',
    nothing: 'グラフにできる数値が見つかりません。表か CSV ファイルをこのスレッドに投稿して、もう一度お試しください。',
    tooMany:
      '1 つのグラフに収めるにはデータが多すぎます。項目は {most, number} 個、系列は 8 個までです。一部だけにするか、「月ごとの合計をグラフにして」のように送ってください。',
    unverified:
      'グラフに使う数値の一部がこのスレッドの数値と一致しなかったため、グラフを描きませんでした。数値を表にして、もう一度お試しください。',
    unreadable:
      'モデルの回答から、何をグラフにするのか読み取れませんでした。使う表とグラフの種類を指定して、もう一度お試しください。',
    failed: 'グラフを描けませんでした。1 分ほど待ってから、もう一度お試しください。',
    csvAlready: '[CSV ファイル]({link})は、すでにこのスレッドにあります。',
  },

  pictures: {
    more: 'もう 1 枚',
    progress: '画像を作成しています…',
    off: '画像モデルが接続されていないため、画像を作成できません。管理者に IMAGE_MODEL の設定を依頼してください。',
    declined: 'この画像の作成は画像モデルに断られました。別の言葉でお試しください。理由：{reason}',
    failed: '画像サーバーが応答しないため、作成できませんでした。1 分ほど待ってから、もう一度お試しください。',
    refused:
      '画像の作成を画像サーバーに拒否されました（ステータス {status}）。管理者に IMAGE_MODEL、IMAGE_BASE_URL、IMAGE_API_KEY の確認を依頼してください。',
    none: '画像サーバーから画像が届きませんでした。管理者に IMAGE_MODEL と IMAGE_BASE_URL の確認を依頼してください。',
    noEdits: '画像サーバーは画像の変更に対応していません。作りたい画像の全体を説明していただければ、新しく作ります。',
    lost: '変更する画像を読み込めませんでした。作りたい画像の全体を説明していただければ、新しく作ります。',
  },

  policy: {
    help: '`/threadwise 設定`：このチャンネルでの答え方を設定します（管理者とチャンネルの作成者向け）\n`/threadwise 設定 ワークスペース`：ワークスペース全体での答え方を設定します（管理者向け）\n`/threadwise 設定 自分`：あなたへの答え方を設定します。ダイレクトメッセージでは `/threadwise 設定` だけで設定できます\n`/threadwise なぜ`：私が答えた理由や答えなかった理由を確認できます\n`/threadwise ヘルプ`：この説明を表示します',
    title: { workspace: 'ワークスペースの設定', channel: 'チャンネルの設定', person: '自分の設定' },
    where: {
      workspace: 'このワークスペースでのすべての回答に適用されます。',
      channel: '#{name} でのすべての回答に、ワークスペースの指示に加えて適用されます。',
      person: 'あなたへのすべての回答に、ワークスペースとチャンネルの指示に加えて適用されます。',
    },
    digests: '自分の定期要約',
    choose: 'チャンネルを選んで設定…',
    label: '回答についての指示',
    placeholder: '当ホテルの顧客は「お客様」と呼び、2〜3 文で答えてください。',
    limits: '口調、長さ、言語、形式を指定できます。安全のためのルールは変えられません。',
    preview: 'モデルに伝わる内容を見る',
    previewOf: '組み込みのルールに続けて、モデルには次のように伝えます：',
    previewNone: '指示がない場合、モデルには組み込みのルールだけを伝えます。',
    onlyAdmins: 'この設定を変更できるのは、ワークスペースの管理者だけです。',
    onlyManagers: 'この設定を変更できるのは、ワークスペースの管理者とこのチャンネルの作成者だけです。',
    access: {
      hereLabel: 'このチャンネルで',
      here: {
        on: '有効にする',
        chat: '質問に答える',
        summarize: '要約する（定期要約と「見逃した内容は？」を含む）',
        classify: 'フィードバックを分類する',
        ambient: '確信があるときは、メンションのない質問にも答える',
        outsiders: 'ほかの組織の人も利用できる',
      },
      ambient: {
        waitMinutes: 'メンションなしで答えるまでの待ち時間（分）',
        perHour: 'メンションなしの回答の上限（1 時間あたり）',
      },
      whoLabel: '利用できる人',
      who: { everyone: 'ワークスペースの全員', listed: '指定した人だけ' },
      people: 'メンバー',
      channels: '次のチャンネルのメンバー',
      groups: '次のユーザーグループのメンバー',
      tooManyGroups: 'ユーザーグループが多すぎます。{most, number} 個までにしてください。',
      noGroup: 'ユーザーグループが見つかりません：{names}',
      guestsLabel: 'ゲスト',
      guests: 'ゲストも利用できる',
      keptOut: 'モデルに送らない内容',
      keptChannels: '次のチャンネルのすべての内容',
      keptPeople: '次の人が書いたすべての内容',
      keptWords: '次の言葉（その言葉だけを伏せます。1 行に 1 つ）',
    },
    refusals: {
      channel_off: 'このチャンネルでは利用できません。管理者に許可を依頼してください。',
      feature_off: 'この機能はこのチャンネルではオフです。オンにするよう管理者に依頼してください。',
      kept_out:
        '管理者の設定により、このチャンネルの内容または投稿者のメッセージをモデルに送れないため、対応できません。',
      not_listed: '利用できる人が管理者の設定で限られています。管理者に利用の許可を依頼してください。',
      guests: 'このワークスペースでは、ゲストは利用できません。管理者に許可を依頼してください。',
      outsiders:
        'ほかの組織の人は、このチャンネルでは利用できません。利用するには、このワークスペースの管理者に許可を依頼してください。',
    },
    redaction: {
      title: '個人情報の置き換え',
      label: 'モデルに送る前に',
      on: 'メールアドレス、電話・身分証・カード・口座の番号、パスワードを隠す',
      hint: 'モデルには PHONE-K3F9Q2 のような記号を送り、画面には元の値を表示します。名前、画像、音声は隠しません。',
      onBy: {
        operator: '全員に適用中です。サーバーで設定されているため、ここではオフにできません。',
        workspace: 'ワークスペース全体に適用中です。',
      },
      words: '次の言葉も隠す（1 行に 1 つ）',
      wordsHint: '# は数字 1 文字、* は文字と数字の並びを表します（例：EMP-#####、falcon*）',
      wrong: {
        short: '「{word}」ではほとんどすべてが隠れてしまいます。文字、数字、# を合わせて 2 つ以上使ってください。',
        long: '「{word}」は長すぎます。100 文字、* は 5 つまでです。',
      },
      tooMany: '言葉が多すぎます。{most, number} 個まで指定できます。',
      isOff: 'これらの言葉が隠れるのは、置き換えがオンのときだけです。上でオンにするか、言葉を削除してください。',
    },
    budgets: {
      title: '利用枠（米ドル）',
      of: {
        personDay: '1 人あたり 1 日',
        personMonth: '1 人あたり 1 か月',
        day: '全員で 1 日',
        month: '全員で 1 か月',
      },
      most: 'サーバーの設定により {dollars} までです。空欄の場合はこの上限が適用されます。',
      wrong: '5 や 0.50 のように金額を入力してください。',
      tooMuch: 'サーバーの設定により、上限は {dollars} です。',
      choose: 'メンバーを選んで個別に設定…',
      ownTitle: 'メンバーの利用枠',
      whose: '{person} さんが使える金額（米ドル）です。全員共通の「1 人あたり」の利用枠の代わりに適用されます。',
      own: { personDay: '1 日', personMonth: '1 か月' },
      usual: '空欄の場合は、共通の利用枠（{dollars}）が適用されます。',
      unbounded: '空欄の場合は、ほかのメンバーと同じく上限はありません。',
      saved: '保存しました。{person} さんの利用枠：{budgets}',
      savedUsual: '保存しました。{person} さんの利用枠はほかのメンバーと同じです。',
    },
    retention: {
      title: '保存する日数',
      of: { labelDays: '分類済みのフィードバック、評価、利用状況', turnDays: '回答した質問の記録' },
      hint: 'これより古いものは 1 分以内に自動で削除され、元に戻せません。',
      most: '{days, plural, other{サーバーの設定により # 日までです。空欄の場合はこの上限が適用されます。}}',
      wrong: '1 から {most, number} までの整数を入力してください。',
      confirmTitle: '古いデータを削除しますか？',
      deletes:
        '保存期間を短くすると、1 分以内に{what}の削除が始まります。元に戻すことはできません。ほかの設定は保存しました。',
      old: {
        labels: '{count, plural, other{メッセージ # 件の分類}}',
        ratings: '{count, plural, other{評価 # 件}}',
        turns: '{count, plural, other{質問 # 件の記録}}',
        usage: '{count, plural, other{# 日分の利用状況}}',
      },
    },
    left: '{messages, plural, other{管理者の設定により、# 件のメッセージはモデルに送っていません}}',
  },

  why: {
    title: { answered: '答えた理由', silent: '答えなかった理由', working: 'このメッセージは対応中です' },
    about: '対象の[メッセージ]({link})',
    rules: {
      direct: '私へのダイレクトメッセージでした。',
      mentioned: '私へのメンションがありました。',
      follow_up: '私が参加しているスレッドへの返信で、ほかの人に宛てたものではありませんでした。',
      foreign: '私へのメンションがなく、私はそのスレッドに参加していません。',
      unaddressed:
        '私へのメンションがありません。チャンネルでは、メンションされたときと、私が参加しているスレッドでだけ答えます。',
      ambient:
        '私への質問ではありませんでしたが、このチャンネルで答えが見つかりました。このチャンネルでは、確信があればメンションなしでも回答する設定になっています。',
      ambient_answered: '私への質問ではないうえ、私が答える前に、返信やリアクションがあったか、会話が続いていました。',
      ambient_changed: '私への質問ではないうえ、私が答える前に編集または削除されました。',
      ambient_unsure: '私への質問ではないうえ、このチャンネルで確かな答えが見つかりませんでした。',
      ambient_bound:
        '私への質問ではないうえ、ほかの質問に対応中だったか、この 1 時間のメンションなしの回答が上限に達していました。',
      ambient_muted:
        '私への質問ではないうえ、このチャンネルでのメンションなしの回答に 👎 が付いたため、1 日は回答を控えています。',
      ambient_late: '私への質問ではないうえ、気づいたときには時間がたちすぎていました。',
      ambient_failed: '私への質問ではないうえ、答えを探している間に問題が起きました。',
      acknowledged: '「ありがとう」「了解」や絵文字のように、何も尋ねていないメッセージです。',
      to_others: 'ほかの人に宛てたメッセージです。',
      own: '私自身のメッセージです。',
      app: 'アプリからのメッセージです。私は人にだけ答えます。',
      notice: 'メンバーの参加など、Slack からのお知らせです。',
      flooded: '送信者の順番待ちの質問が多すぎました。',
      deleted: '質問は削除されました。',
      quarantined: '答える途中で何度もエラーが起きたため、中止しました。',
      unknown: '記録がありません。私が停止していたか、チャンネルにいなかったか、時間がたちすぎたためです。',
    },
    nothing: 'ここではまだメッセージを受け取っていません。',
    failed: 'エラーで終わりました：{kind}',
    read: '読んだもの：{read}',
    messages: '{read, plural, other{メッセージ # 件}}',
    someMessages: 'メッセージ {total, number} 件中 {read, number} 件',
    notRead: '読んでいないもの：{files}',
    fileProblem: '{name}（{reason}）',
    heard: '文字起こし：{minutes, number} 分（{name}）',
    instructions: '回答についての指示：{whose}',
    whose: {
      workspace: 'ワークスペース',
      channel: 'このチャンネル',
      person: '質問した人',
      operator: 'サーバーの設定',
      none: 'なし',
    },
    model: 'モデル：{name}',
    modelBy: 'モデル：{name}（{rule}）',
    rulesOfModel: {
      answer: 'この回答で選択',
      thread: 'このスレッドで選択',
      channel: 'このチャンネルの設定',
      workspace: 'ワークスペースの設定',
    },
    pictures: '画像：{count, number} 枚、約 {tokens, number} トークン',
    tokens: 'トークン：{tokensIn}、{tokensOut}',
    tokensIn: '入力 {count, number}',
    tokensCached: '入力 {count, number}（うちキャッシュ {cached, number}）',
    tokensOut: '出力 {count, number}',
    tokensReasoning: '出力 {count, number}（うち推論 {reasoning, number}）',
    cost: '料金：{dollars}',
    noPrice: '料金：このモデルの料金がわかりません',
    estimate: '{text}（推定）',
    redaction: '個人情報の置き換え：{whose}',
    budgets: '利用枠：{names}',
    personBudget: '{budget}（{dollars}）',
    kept: '{days, plural, other{この記録は # 日間保存します}}',
    redacted: '{values, plural, other{モデルに送らなかった個人情報：# 件}}',
  },

  health: {
    title: '稼働状況',
    version: 'バージョン {version}、このプロセスの稼働時間：{uptime}',
    replicas: '{count, plural, other{# 個のレプリカが稼働中}}',
    queue:
      'キュー：待機 {waiting, number} 件、回答中 {running, number} 件、異常終了が続いて中止 {quarantined, number} 件',
    oldest: '最も長い待ち時間：{waited}',
    limits:
      '{refused, plural, =0{過去 1 時間に Slack から拒否された呼び出しはありません} other{過去 1 時間に Slack から拒否された呼び出し：# 件}}。待機中 {waiting, number} 件（このプロセス）',
    model: 'モデルサーバー：{name}',
    resting: '⚠️ エラーのため一時停止中：{names}。代わりに {name} が回答します（このプロセス）',
    failures:
      '{count, plural, =0{過去 1 時間にエラーはありません} other{過去 1 時間のエラー：# 件。参照番号でログを検索できます}}',
  },

  home: {
    title: 'Threadwise',
    intro:
      'チャンネルでのメンション、ダイレクトメッセージ、/ask のいずれかで質問してください。スレッドで回答します。/summarize ではチャンネルの決定事項と未解決の質問が、/classify ではフィードバックのカテゴリとその理由がわかります。',
    follow:
      '私が参加したスレッドでは、次からメンションは不要です。ほかの人に話しかけるときは、その人の @名前 で始めてください。その場合、私は回答しません。',
    model: '回答に使うモデル：{name}',
    modelEnds: '⚠️ {name} は {date} に提供が終了します。それまでに別のモデルを選んでください。',
    reads:
      '質問を受けると、そのスレッドとファイルを読み、このモデルに送ります。Slack の外には、質問（回答が終わるまで）、あなたが付けた評価、定期要約、設定、フィードバックとその分類、要約に使う要点（30 日間）を保存します。',
    ask: '質問する',
    missed: '見逃した内容は？',
    forget: '自分のデータを削除する',
    forgetTitle: 'データを削除しますか？',
    forgetText:
      'Slack の外に保存しているあなたのデータ（質問、フィードバックの分類、評価、定期要約、自分の設定）をすべて削除します。順番待ちの質問には回答できないことがあります。この操作は元に戻せません。',
    forgetConfirm: '削除する',
    forgetDeny: 'キャンセル',
    forgotten:
      '{count, plural, =0{完了しました。保存されているデータはありませんでした。} other{あなたに関するデータを # 件削除しました。}}',
    notForgotten: 'データを削除できませんでした。1 分ほど待ってから、もう一度お試しください。',
    ratings: '回答の評価（管理者だけに表示）：👍 {up, number} · 👎 {down, number}',
    ownRatings: 'あなたからの評価：👍 {up, number} · 👎 {down, number}',
    own: '自分の設定',
    admins: '管理者用',
    language: 'ボタンやお知らせの言語。回答は質問の言語に合わせます。',
    instructions: '回答についての指示：「{instructions}」',
    noInstructions: 'まだ指示がありません。回答の長さや口調、仕事の内容などを書いてください。',
    slackLanguage: 'Slack と同じ',
    inDirect: 'わかりました。ダイレクトメッセージでお届けします。',
    export: '利用状況・設定・評価を書き出す',
    exportHint:
      'ファイルはダイレクトメッセージで届きます。分類済みのフィードバックを書き出すには、チャンネルで `/classify レポート` を送り、「CSV をダウンロード」を押してください。',
    exported:
      '書き出しました。利用状況と評価は CSV、設定は JSON です。あなたが参加していないプライベートチャンネルについては、設定を含めず、利用状況と評価にもチャンネル名を載せていません。',
  },

  prompts: {
    title: '何をお手伝いしましょうか？',
    list: {
      missed: { title: '見逃した内容は？', message: '見逃した内容は？' },
      channel: { title: '昨日からの #{channel} の要約', message: '#{channel} の昨日からの内容を要約して' },
      feedback: { title: '今週のフィードバックは？', message: '今週のフィードバックは？' },
      abilities: { title: '何ができますか？', message: '何ができますか？' },
    },
  },
}
