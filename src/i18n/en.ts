/** The bot's own sentences in English. The model's answers are not among them: they follow the question's language. */
export const en = {
  thinking: 'is thinking…',
  dialogLate: 'I was too slow, so Slack didn’t open the dialog. Please try again.',
  help: 'Mention me in a channel, or send me a direct message. I read the thread before I answer. Once I’m in a thread, you don’t need to mention me again. For example:\n- “What did we decide about the date?”\n- “Summarize this thread”, or `/summarize #general since yesterday` for a summary only you can see\n- `/classify the export is broken` to see what kind of feedback it is, and why\n- `/classify report` for this channel’s feedback in numbers\n- `/ask` to ask without mentioning me',
  interrupted: 'I was interrupted before I finished. Please ask again.',
  handedOver: 'I’m restarting. I’ll finish this when I’m back.',
  setAside:
    'I crashed several times while answering this, so I’ve stopped trying. Rephrase your question, or ask it without the files. If that doesn’t help, tell an admin.',
  before: '{count, plural, one{is answering one question before yours…} other{is answering # questions before yours…}}',
  flooded:
    'You have a lot of questions waiting, so I won’t answer this one, or any more for now. Ask again once I’ve caught up.',
  tooManyWaiting: 'You have a lot of questions waiting. Ask this again once I’ve caught up.',
  missingScope:
    'I can’t do that without the permission {scope}. Ask an admin to paste manifest.yml into the app’s “App Manifest” page and reinstall the app.',
  unexpected:
    'Something went wrong on my side. Please ask again. If it keeps happening, give an admin this reference: {reference}',
  notSaved:
    'I couldn’t save that, so I haven’t started on it. Please try again in a minute. If it keeps happening, tell an admin.',

  footerRead: 'read {read, number} of {total, number} messages',
  footerShortened: 'only part of a very long message was read',
  footerFileCut: 'only part of {name} was read: it’s too long',
  footerFilePages: 'read the first {read, number} of {total, number} pages of {name}: split it to get the rest',
  footerFirstPage: 'only the first page of {name} was read: it’s too large',
  footerRecognized: 'read {name} by text recognition (OCR), which can make mistakes',
  footerFilesMore: '{count, plural, one{# more file not read} other{# more files not read}}',
  maybeCut: 'This answer may be incomplete: the model stopped without saying why. Ask again if something’s missing.',
  overrun: 'I stopped this answer because it was going on too long. Say “go on” for more.',
  outputLimit: 'The answer reached the model’s length limit. Say “go on” for the rest.',

  builtInEngine: 'built-in engine, no language model',

  labels: {
    unreadable:
      'I couldn’t read the language model’s label. Please try again. If it keeps happening, ask an admin to try another model.',
    working: 'Still working on it. The result will appear here.',
    usage:
      'Add the feedback after the command: /classify the export is broken. You can also paste a list, one item per line. In a thread, mention me and say “classify this”.',
    line: '[{kind}]-[problem:{text}]-[{reason}]',
    confidence:
      '{level, select, high{High confidence ({percent}%)} medium{Medium confidence ({percent}%)} other{Low confidence ({percent}%)}}',
    noConfidence: 'Confidence unknown',
    noEvidence: 'No clear evidence in the text.',
    otherKind: 'Other',
    other: 'Doesn’t fit any category.',
    by: 'Labelled by {model}',
    correctedBy: 'Corrected by {name}',
    post: 'Post to the channel',
    postedBy: '{name} shared this feedback:',
    posted: 'Posted.',
    correct: 'Change category…',
    undo: 'Undo the correction',
    notYourCorrection: 'Only {name} or a workspace admin can undo this correction.',
    gone: 'I no longer have this label. Please classify the text again.',
    nothingToLabel: 'There’s no text to classify here.',
    sheet: {
      quoted: '“{text}”',
      otherType: 'I can only classify CSV files, and {name} isn’t one. Save it as CSV (UTF-8) and send it again.',
      missing: 'There’s no CSV file in this thread. Add one and say “classify this file”, or send both together.',
      empty: 'The file has no rows below its header.',
      tooLong:
        'The file has {isMore, select, true{at least {rows, number} rows} other{{rows, number} rows}}. I can classify up to {most, number} at a time; split it and send the parts.',
      tooWide:
        'The file has {columns, number} columns. I can read up to {most, number}; remove the ones you don’t need and send it again.',
      tooLarge:
        'The file has {cells, number} cells. I can read up to {most, number}; remove columns you don’t need, or split it.',
      unreadable:
        'I can’t read this as CSV: the row at line {line} doesn’t end, or is longer than 2 MB. Look for an unclosed quotation mark there, then send the file again.',
      unclear:
        'I can’t tell the columns of {name} apart. The column names may be in this line: {lines}. Tell me which column has the feedback, for example “classify this file, column comment”. Or delete everything above the column names, add a first line like `sep=;` with your delimiter, and send it again.',
      headless:
        '{name} has no column names: it starts with {lines}. Add a first line that names each column, for example `id,comment`, and send it again.',
      noColumn: 'There’s no column “{wanted}”. Choose one of these: {names}',
      progress: 'Labelling: {done, number} of {all, number}{failed, plural, =0{} one{, # failed} other{, # failed}} …',
      done: 'Labelled {done, number} of {all, number} rows{failed, plural, =0{} one{; # failed and has its error in the table} other{; # failed and have their errors in the table}}. The table is below.',
      heads: { kind: 'kind', confidence: 'confidence', quote: 'quote', reason: 'reason', error: 'error' },
    },
    dialog: {
      title: 'Classify a text',
      label: 'Feedback',
      placeholder: 'The export is broken',
      hint: 'For a list, put each item on a line of its own.',
      submit: 'Classify',
      working: 'Reading it…',
      close: 'Close',
    },
    report: {
      title: 'Feedback, {days}: {total, plural, one{# item} other{# items}}',
      titleIn: 'Feedback in #{place}, {days}: {total, plural, one{# item} other{# items}}',
      chart: 'Feedback by week',
      week: 'Week of',
      earlier: 'Earlier',
      all: 'Total',
      csv: 'Download CSV',
      heads: {
        said: 'said',
        channelId: 'channel id',
        channel: 'channel',
        text: 'text',
        kind: 'kind',
        quote: 'quote',
        reason: 'reason',
        confidence: 'confidence',
        correctedById: 'corrected by id',
        correctedBy: 'corrected by',
        version: 'taxonomy version',
      },
      none: 'No labelled feedback in that time. Label new messages automatically with /classify settings, or label older ones: /classify last 7 days in #feedback.',
      sent: 'The report is in your direct messages: {link}',
      sentSeveral: 'The reports are in your direct messages: {reports}',
      noChart:
        'I couldn’t add the chart. Ask an admin to look in the log; often the permission files:write is missing.',
      noChannel: 'I’m not in a channel called “{name}”. Invite me there with /invite, then try again.',
    },
    list: 'That list is too long: I can classify up to {most, number} lines here. Send it as a CSV file in a thread instead.',
    settings: {
      title: 'Feedback in #{channel}',
      titleWithoutName: 'Feedback settings',
      save: 'Save',
      watchLabel: 'Messages in this channel',
      watch: 'Label every message automatically with an emoji',
      card: 'Also post a card in the thread',
      reactionLabel: 'Label a message when someone reacts with this emoji (leave empty to turn off)',
      noEmoji: 'Enter the name of one emoji, for example: label',
    },
  },

  access: {
    lost: 'I can’t show this: you or I can’t read that channel any more. Ask someone in it to invite us.',
    guests: 'Guests and people from other organizations can’t change this. Ask a member of this workspace to do it.',
  },

  summary: {
    headings: {
      decisions: 'Decisions',
      disagreements: 'Where they disagree',
      questions: 'Open questions',
      tasks: 'To do',
      facts: 'Also',
    },
    none: {
      decisions: 'No decisions.',
      disagreements: 'No disagreements.',
      questions: 'No open questions.',
      tasks: 'Nothing to do.',
    },
    verb: 'summarize',
    newWord: 'new,',
    colon: ': ',
    comma: ', ',
    due: ', by {when}',
    votes: '({votes})',
    nothingFound: 'There’s nothing worth reporting in these messages.',
    nothing: 'No messages in that time. Try “last 7 days”.',
    nothingNew: 'Nothing new since {since}.',
    unreadable:
      'I couldn’t read the language model’s summary. Please try again. If it keeps happening, ask an admin to try a larger model.',
    starting: 'Reading…',
    reading: 'Reading {read, number} of {total, plural, one{# message} other{# messages}}…',
    summing: 'Summarizing… {percent}%',
    writing: 'Writing…',
    read: 'read {messages, plural, one{# message} other{# messages}}{threads, plural, =0{} one{ in # thread} other{ in # threads}}',
    span: '{from} to {to}',
    heard: '{minutes, plural, one{# minute of recordings} other{# minutes of recordings}}',
    files: '{files, plural, one{# file not read} other{# files not read}}',
    dropped:
      '{points, plural, one{# point was left out: no message supports it} other{# points were left out: no message supports them}}',
    lost: '{threads, plural, one{# thread} other{# threads}} couldn’t be read ({code}): ask again in a minute',
    hidden: 'older messages are hidden by your Slack plan',
    lookedBackTo: 'threads started before {time} weren’t checked: ask for a longer time',
    cut: 'only the newest {most, number} messages: ask for a shorter time',
    shortened: 'only part of a very long message was read',
    where:
      'What should I summarize? Name a channel or paste a link to a message: “summarize #general since monday”. In a thread, just say “summarize”.',
    noChannel: 'I can’t find #{name}, or one of us isn’t in it. Invite me there with /invite, then try again.',
    noChannelById: 'I can’t find that channel, or one of us isn’t in it. Invite me there with /invite, then try again.',
    private:
      'Not everyone here can read that. Use /summarize there, or ask me in a direct message, and only you will see it.',
    inDirect: 'On it. Only you will see the summary.',
    direct: 'Your summary is ready: {link}',
    tooLong: 'That’s too long. Keep it under 250 characters, or ask for more in the summary’s thread.',
    unknownWords:
      'I don’t understand “{words}”. Try “since monday”, “last 200”, “only decisions” or “as a table”; `/summarize help` shows more.',
    didYouMean: 'I don’t understand “{words}”. Did you mean “{guess}”?',
    usage:
      '`/summarize` summarizes the last 24 hours of this channel. Only you can see it.\n`/summarize since monday`, `last 200`, `between monday and wednesday`, `#other-channel`, a link to a message, or `new` (since you last asked)\n`/summarize new everywhere` shows what you missed in all our channels\n`/summarize only decisions`, or say how you want it: `as a table for the customer`\n`/summarize every weekday 9:00`, `/summarize list`, `/summarize stop 1`',
    post: 'Post to #{name}',
    postThere: 'Post it there',
    postToThread: 'Post to thread',
    postedBy: '{name} asked for this summary:',
    posted: 'Posted: {link}',
    gone: 'I can no longer find this summary. Please ask for it again.',
    missed: {
      /** The words in which a button asks; the parser of requests reads them. */
      request: 'What did I miss?',
      waiting: 'Waiting for you',
      inDirect: 'I’ll DM you what you missed.',
      nothing: 'You’re all caught up: nothing new in our channels.',
      noChannels: 'We aren’t in any channel together yet. Invite me to one with /invite.',
      read: 'read {messages, plural, one{# message} other{# messages}} in {channels, plural, one{# channel} other{# channels}}',
      notRead: 'not read in full: {names}. Try “summarize #channel”',
    },
    /** The parser of requests reads the words. */
    dialog: {
      title: 'Summarize a channel',
      channel: 'Channel',
      hint: 'Both of us need to be in it. I’ll DM you the summary.',
      span: 'Which messages',
      spans: {
        day: { title: 'The last 24 hours', words: 'last 24 hours' },
        week: { title: 'The last 7 days', words: 'last 7 days' },
        new: { title: 'New since my last summary', words: 'new' },
      },
      submit: 'Summarize',
    },
    digest: {
      added:
        'Done. I’ll DM you what’s new in {place} {when}, starting {start}. To stop, send `/summarize stop {index}`.',
      /** `pattern` is of a week’s days; `days` are those days as a list, such as “Monday and Friday”. */
      when: '{pattern, select, daily{every day at {time}} weekdays{every weekday at {time}} weekends{every Saturday and Sunday at {time}} other{every {days} at {time}}}',
      weekday: '{day, date, ::EEEE}',
      thread: 'that thread',
      everywhere: 'all our channels',
      list: 'Your digests:',
      none: 'You have no digests. Start one: `/summarize every weekday 9:00`.',
      ended:
        '{pattern, select, daily{Stopped your daily digest of {place}.} weekdays{Stopped your weekday digest of {place}.} weekends{Stopped your weekend digest of {place}.} other{Stopped your {days} digest of {place}.}}',
      unknown: 'You have no digest {word}. `/summarize list` shows yours.',
      unclear:
        'When should I send it? Try `/summarize every weekday 9:00`, `every monday at 14:30` or `every day 9am #general only decisions`.',
      tooMany:
        'You already have {most, number} digests, which is the most I can keep. Stop one first: `/summarize list`.',
      next: 'next {time}',
    },
  },

  usage: {
    own: '{calls, plural, one{# request from you this month ({dollars})} other{# requests from you this month ({dollars})}}',
    all: '{calls, plural, one{# request from everyone ({dollars}); only admins see this} other{# requests from everyone ({dollars}); only admins see this}}',
    chartCalls: 'Requests by day',
    chartCost: 'Cost by day, US$',
    chart: 'Show as a chart',
    charts: { usage: 'Your usage in the last 14 days:', all_usage: 'Everyone’s usage in the last 14 days:' },
    noChart: 'No requests in the last 14 days, so there’s nothing to draw.',
    features: {
      chat: 'Questions',
      summarize: 'Summaries',
      classify: 'Feedback',
      transcribe: 'Recordings',
      ambient: 'Unasked answers',
      pictures: 'Pictures',
    },
    direct: 'Direct messages',
    by: { person: 'People', channel: 'Channels', feature: 'Features', model: 'Models' },
    spent: {
      personDay: 'You’ve used up your budget for today. Ask again after midnight UTC, or ask an admin to raise it.',
      personMonth: 'You’ve used up your budget for this month. Ask again on the first, or ask an admin to raise it.',
      day: 'The team has used up its budget for today. Ask again after midnight UTC, or ask an admin to raise it.',
      month: 'The team has used up its budget for this month. Ask again on the first, or ask an admin to raise it.',
    },
    warning: {
      personDay: 'You’ve used 80% of your budget for today.',
      personMonth: 'You’ve used 80% of your budget for this month.',
    },
  },

  controls: {
    stop: 'Stop',
    again: 'Answer again',
    againLabel: 'Discard this answer and write a new one',
    canBeWrong: 'AI can be wrong',
    retry: 'Try again',
    good: 'Good answer',
    bad: 'Bad answer',
    stopped: 'Stopped. This answer is incomplete.',
    stoppedBy: 'Stopped by {name}. This answer is incomplete.',
    notYours: 'Only {name} or a workspace admin can do this.',
    tooOld: 'I no longer remember this question. Please ask it again.',
    busy: 'I’m already working on this answer.',
    edited: 'You edited your question. Want a new answer?',
    editedAgain: 'Answer the new question',
    askReason: 'Thanks for the feedback. What was wrong? (optional)',
    reasons: { wrong: 'Wrong', too_long: 'Too long', off_thread: 'Not from this thread', other: 'Something else' },
    reasonKept: 'Thanks, noted.',
  },

  fileNotRead: 'I couldn’t read {names}: {reason}.',
  fileReasons: {
    external: 'it’s stored outside Slack; upload it here',
    deleted: 'it was deleted',
    hidden_by_limit: 'your Slack plan’s limit hides it; upload it again',
    needs_file_info: 'it comes from another workspace; upload it here',
    too_large: 'it’s larger than 10 MB; send only a part of it',
    too_costly: 'it’s too large when unpacked, or too slow to read; send only a part of it',
    host_not_allowed: 'it isn’t on Slack’s own servers; upload it here',
    redirected: 'Slack redirected the download; upload it again',
    login_page: 'Slack wouldn’t let me download it; ask an admin to add the permission files:read',
    not_found: 'Slack no longer has it; upload it again',
    unreadable_type: 'I can’t read this type of file; send text, PDF, an Office file or an image',
    unknown_encoding:
      'I can’t tell its encoding (tried UTF-8, UTF-16, Windows-1252, Shift-JIS, GBK, Big5 and EUC-KR); save it as UTF-8 and send it again',
    no_text: 'there’s no text in it, as in a scan; run text recognition (OCR) on it, or send the pages as PNG or JPEG',
    heic: 'I can’t open HEIC photos; send JPEG or PNG',
    image_type: 'I can’t open this type of image; send JPEG or PNG',
    office: 'I can’t open this Office format; save it as DOCX, PPTX or PDF',
    spreadsheet: 'I can’t open this kind of spreadsheet; save it as XLSX or CSV (UTF-8)',
    archive: 'I don’t unpack archives; send the files inside',
    audio: 'I can’t open this kind of recording; send it as MP3, M4A, WAV, OGG or FLAC',
    video: 'I can’t open this kind of video; send it as MP4 or WebM, or its sound as MP3',
    recording_too_large: 'it’s larger than 400 MB; send it as MP3 or M4A, or only a part of it',
    no_sound: 'it has no sound',
    no_speech: 'I didn’t hear anyone speak in it',
    no_transcriber:
      'the model server doesn’t transcribe recordings; ask an admin to set TRANSCRIPTION_BASE_URL and TRANSCRIPTION_MODEL',
    transcriber_key: 'the transcription server rejected my key or account; ask an admin to check TRANSCRIPTION_API_KEY',
    transcription_failed: 'the transcription server failed; ask again in a minute',
    empty: 'it’s empty',
    damaged: 'it’s damaged; export it again',
    encrypted: 'it’s password-protected; send it without a password',
    download_failed: 'the download failed; send it again',
    type_mismatch: 'its content doesn’t match its name; export it again',
    many_images: 'I only look at the newest 20 pictures in a thread; send it again if you still need it',
    image_refused: 'the model couldn’t process this picture; send it in another format',
    no_vision: 'the connected model can’t see images; describe them in words',
  },

  longFiles: {
    page: 'read pages {ranges} of {total, number} in {name}; ask about the others to have them read',
    slide: 'read slides {ranges} of {total, number} in {name}; ask about the others to have them read',
    share: 'read the {percent, number}% of {name} that fit your question best; ask about other parts to have them read',
  },

  recordings: {
    progress: 'Transcribed {done, number} of {total, number} min …',
    heard: 'You said: “{words}”',
    heardIn: 'You said ({language}): “{words}”',
    silent: 'I didn’t hear anyone speak in your recording. Record it again, or write to me.',
    unread: 'I couldn’t transcribe your recording: {reason}',
    none: 'There’s no recording in this thread. Add one and say “transcribe this”, or send both together.',
    minutes: '{minutes, number} min',
    lost: '{from}–{to} couldn’t be transcribed',
    cut: '{minutes, plural, one{Only the first minute was transcribed. Split the recording to get the rest.} other{Only the first # minutes were transcribed. Split the recording to get the rest.}}',
  },

  model: {
    unauthorized: 'The language model rejected my API key. Ask an admin to check OPENAI_API_KEY.',
    forbidden: 'The language model’s account isn’t allowed to do this. Ask an admin to check its plan and region.',
    unknownModel: 'The model server doesn’t know “{name}”. Ask an admin to set OPENAI_MODEL to a model it offers.',
    wrongAddress: 'There’s no chat API at the model server’s address. Ask an admin to check OPENAI_BASE_URL.',
    noQuota: 'The language model’s account is out of credit. Ask an admin to top it up, then try again.',
    busy: 'The language model is busy. Please ask again in a minute.',
    busyFor: 'The language model is busy. Please ask again in {seconds, plural, one{# second} other{# seconds}}.',
    serverError: 'The language model’s server failed (status {status}). Please ask again in a minute.',
    unreachable:
      'I can’t reach the language model. Please ask again in a minute. If it keeps happening, ask an admin to check OPENAI_BASE_URL.',
    notJson: 'The model server sent a web page instead of an answer. Ask an admin to check OPENAI_BASE_URL.',
    garbled: 'I couldn’t read the language model’s answer. Please ask again.',
    streamError: 'The language model failed in the middle of its answer. Please ask again.',
    endedEarly: 'The language model’s answer broke off. Please ask again.',
    silent: 'The language model sent nothing for {seconds, plural, one{# second} other{# seconds}}. Please ask again.',
    empty: 'The language model gave an empty answer. Please rephrase your question.',
    onlyThoughts:
      'The language model finished thinking but wrote no answer. Please ask again, or ask for something smaller.',
    limitWithoutText:
      'The language model reached its length limit before it wrote an answer. Ask for something smaller, or ask an admin to raise MODEL_OUTPUT_TOKENS.',
    onlyTools:
      'The language model tried to use a tool I don’t have and wrote no answer. Please rephrase your question.',
    declined: 'The language model declined to answer: “{words}”',
    refusedImages:
      'The language model couldn’t process the picture. Send it in another format, or describe it in words.',
    filtered:
      'The language model’s provider stopped this answer because of its content rules. Please rephrase your question.',
    tooLong: 'This is more than the model can read at once. Ask in a new thread, or with a shorter text.',
    refusedRequest:
      'The language model rejected this request. Please rephrase your question. An admin can find the reason in the log.',
  },

  slack: {
    historyScope:
      'I don’t have permission to read this conversation. Ask an admin to paste manifest.yml into the app’s “App Manifest” page and reinstall the app.',
    historyNotInChannel: 'I can only read channels I’m in. Invite me with /invite, then ask again.',
    historyBusy: 'Slack is limiting how much I can read right now. Please ask again in a minute.',
    historyFailed:
      'I couldn’t read this thread from Slack ({code}), so I haven’t answered. Please ask again in a minute.',
    threadGone: 'This thread no longer exists. Ask me in a new one.',
  },

  ask: {
    title: 'Ask Threadwise',
    label: 'Your question',
    placeholder: 'What would you like to know?',
    submit: 'Ask',
    close: 'Cancel',
    asked: '{name} asks:',
    empty: 'Add your question after the command: /ask what is …?',
    notInChannel: 'One of us isn’t in this channel. Invite me with /invite, or ask me in a direct message.',
    yourQuestion: 'Your question was: {question}',
    threadLocked: 'This thread is locked, so I can’t answer in it. Ask me in a direct message instead.',
    cannotPost: 'Slack didn’t let me post here ({code}). Ask me in a direct message instead.',
    inThread: 'Your question is in the thread, and I’ll answer there: {link}',
  },

  ambient: {
    intro: 'Nobody asked me, but I think I can help:',
    source: '“{quote}”',
    off: 'Stop unasked answers here',
    isOff: 'Done. In this channel, I’ll only answer when I’m mentioned, and in threads that I’m part of.',
  },

  speech: {
    listen: 'Listen',
    title: 'Answer read aloud',
    progress:
      '{parts, plural, =0{is reading the answer aloud…} one{is reading the answer aloud…} other{is reading the answer aloud, part {part, number} of {parts, number}…}}',
    nothingBefore:
      'I haven’t answered anything in this thread yet, so there’s nothing to read aloud. Ask me something first.',
    already: 'There’s already a recording of this answer in this thread: {link}',
    off: 'I can’t read answers aloud any more. Ask an admin to set SPEECH_BASE_URL again.',
    changed: 'The answer changed or was deleted while I was reading it aloud, so I haven’t posted the recording.',
    noWords: 'There’s nothing in this answer to read aloud.',
    failed: 'The speech server didn’t answer, so I couldn’t read this aloud. Try again in a minute.',
    refused:
      'The speech server refused to read this aloud (status {status}). Choose another voice in my App Home. If that doesn’t help, ask an admin to check SPEECH_MODEL, SPEECH_VOICE and SPEECH_API_KEY.',
    noAudio:
      'The speech server didn’t send MP3 or WAV, so I couldn’t read this aloud. Ask an admin to check SPEECH_BASE_URL.',
    tooLarge: 'This answer is too long to read aloud. Ask me for a shorter one.',
    codeLeftOut: 'I left out a code block.',
    tableLeftOut: 'I left out a long table.',
    voice: 'Voice',
    voiceHint: 'The name of a voice',
    speed: 'Speed of the voice',
    clips: 'Also answer my voice clips with audio',
    notSaved: 'I couldn’t save that. Try again in a minute.',
  },

  charts: {
    button: 'Chart this',
    progress: 'is drawing a chart…',
    title: 'Chart',
    count: 'Count',
    thread: 'this thread',
    caption: {
      rows: 'The numbers are from {source}.',
      sum: '{rows, plural, one{Sum of # row from {source}.} other{Sums of # rows from {source}.}}',
      average: '{rows, plural, one{Average of # row from {source}.} other{Averages of # rows from {source}.}}',
      count: '{rows, plural, one{Count of # row from {source}.} other{Counts of # rows from {source}.}}',
    },
    already: 'There’s already a chart of this answer in this thread: {link}',
    nothing: 'I couldn’t find any numbers to chart here. Share a table or a CSV file in this thread, and ask again.',
    tooMany:
      'That’s too much for one chart: it can have {most, number} categories and 8 series. Ask for a part of it, or for totals, like “chart this by month”.',
    unverified:
      'I couldn’t match every number to what’s written in this thread, so I haven’t drawn a chart. Put the numbers in a table, and ask again.',
    unreadable: 'The model didn’t say clearly what to draw. Try again, and name the table and the kind of chart.',
    failed: 'I couldn’t draw this chart. Try again in a minute.',
    csvFailed: '⚠️ I couldn’t send the CSV file. Try again in a minute.',
  },

  pictures: {
    more: 'More like this',
    progress: 'is drawing a picture…',
    off: 'I can’t draw pictures here, because no image model is connected. Ask an admin to set IMAGE_MODEL.',
    declined: 'The image model declined to draw this: {reason} Try other words.',
    failed: 'The image server didn’t answer, so I couldn’t draw this. Try again in a minute.',
    refused:
      'The image server refused to draw this (status {status}). Ask an admin to check IMAGE_MODEL, IMAGE_BASE_URL and IMAGE_API_KEY.',
    none: 'The image server didn’t send a picture. Ask an admin to check IMAGE_MODEL and IMAGE_BASE_URL.',
    noEdits:
      'The image server can’t change a picture. Describe the whole picture that you want, and I’ll draw a new one.',
    lost: 'I couldn’t read the picture that you want to change. Describe the whole picture, and I’ll draw a new one.',
  },

  policy: {
    help: '`/threadwise settings` sets how I answer in this channel (for admins and the channel’s creator)\n`/threadwise settings workspace` sets how I answer everywhere (for admins)\n`/threadwise settings me` sets how I answer you; in a direct message, `/threadwise settings` is enough\n`/threadwise why` tells you why I answered or stayed silent\n`/threadwise help` shows this list',
    title: { workspace: 'Workspace settings', channel: 'Channel settings', person: 'My settings' },
    where: {
      workspace: 'For every answer in this workspace.',
      channel: 'For every answer in #{name}, after the instructions for the workspace.',
      person: 'For every answer to you, after the instructions for the workspace and the channel.',
    },
    digests: 'My digests',
    choose: 'Settings of a channel…',
    label: 'Instructions for my answers',
    placeholder: 'We’re a hotel. Call our customers guests, and answer in two or three sentences.',
    limits: 'They shape tone, length, language and form. They can’t change my safety rules.',
    preview: 'Show what the model is told',
    previewOf: 'After my own rules, the model is told:',
    previewNone: 'Without instructions, the model is only told my own rules.',
    onlyAdmins: 'Only admins of this workspace can change its settings.',
    onlyManagers: 'Only admins of this workspace and the person who created this channel can change its settings.',
    access: {
      hereLabel: 'In this channel',
      here: {
        on: 'I’m switched on here',
        chat: 'Answer questions',
        summarize: 'Summarize, also in digests and “What did I miss?”',
        classify: 'Classify feedback',
        ambient: 'Also answer questions that weren’t addressed to me, when I’m sure',
        outsiders: 'People from other organizations may use me here',
      },
      ambient: {
        waitMinutes: 'Wait for people before answering unasked (minutes)',
        perHour: 'Most unasked answers an hour',
      },
      whoLabel: 'Who can use me',
      who: { everyone: 'Everyone in this workspace', listed: 'Only the following' },
      people: 'These people',
      channels: 'Members of these channels',
      groups: 'Members of these user groups',
      noGroup: 'I can’t find this user group: {names}',
      guestsLabel: 'Guests',
      guests: 'Guests can use me',
      keptOut: 'Never sent to a model',
      keptChannels: 'Anything in these channels',
      keptPeople: 'Anything these people write',
      keptWords: 'These words, one per line',
    },
    refusals: {
      channel_off: 'I’m switched off in this channel. Ask an admin to switch me on.',
      feature_off: 'That’s switched off in this channel. Ask an admin to switch it on.',
      kept_out: 'Admins keep this channel or person from the model, so I can’t do that here.',
      not_listed: 'Admins have limited who can use me, and you’re not among them. Ask an admin.',
      guests: 'Guests can’t use me in this workspace. Ask an admin.',
      outsiders: 'People from other organizations can’t use me here, unless an admin opens this channel to them.',
    },
    left: '{messages, plural, one{# message was kept from the model by admins} other{# messages were kept from the model by admins}}',
  },

  why: {
    title: { answered: 'Why I answered', silent: 'Why I stayed silent', working: 'I’m still working on this' },
    about: 'About this message: {link}',
    rules: {
      direct: 'It was a direct message to me.',
      mentioned: 'It mentioned me.',
      follow_up: 'It was a reply in a thread that I’m part of, and not addressed to anyone else.',
      foreign: 'It doesn’t mention me, and I’m not part of that thread.',
      unaddressed: 'It doesn’t mention me. In a channel I answer when I’m mentioned, and in threads that I’m part of.',
      ambient: 'Nobody asked me, but I found the answer in this channel, and I’m allowed to help here when I’m sure.',
      ambient_answered:
        'It wasn’t addressed to me, and someone replied, reacted or went on talking before I would have answered.',
      ambient_changed: 'It wasn’t addressed to me, and it was edited or deleted before I would have answered.',
      ambient_unsure: 'It wasn’t addressed to me, and I couldn’t find a sure answer in this channel.',
      ambient_bound:
        'It wasn’t addressed to me, and I was busy here or had reached the limit for unasked answers this hour.',
      ambient_muted:
        'It wasn’t addressed to me, and someone rated an unasked answer here 👎. I keep quiet for a day after that.',
      ambient_late: 'It wasn’t addressed to me, and I saw it too late to help.',
      ambient_failed: 'It wasn’t addressed to me, and something went wrong while I was looking for an answer.',
      acknowledged: 'It doesn’t ask for anything, like “thanks”, “OK” or an emoji.',
      to_others: 'It’s addressed to someone else.',
      own: 'It’s a message of mine.',
      app: 'It’s from an app. I only answer people.',
      notice: 'It’s a notice from Slack, such as someone joining.',
      flooded: 'Its author had too many questions waiting.',
      deleted: 'The question was deleted.',
      quarantined: 'I crashed several times while answering it, so I stopped trying.',
      unknown: 'I have no record of it: I wasn’t running or wasn’t in the channel, or it was too long ago.',
    },
    nothing: 'I haven’t seen any message here yet.',
    failed: 'It ended with an error: {kind}',
    read: 'Read: {read}',
    messages: '{read, plural, one{# message} other{# messages}}',
    someMessages: '{read, number} of {total, number} messages',
    notRead: 'Not read: {files}',
    fileProblem: '{name} ({reason})',
    heard: '{minutes, plural, one{Transcribed: # minute, by {name}} other{Transcribed: # minutes, by {name}}}',
    instructions: 'Instructions: {whose}',
    whose: {
      workspace: 'for the workspace',
      channel: 'for this channel',
      person: 'of the person who asked',
      none: 'none',
    },
    model: 'Model: {name}',
    pictures: 'Pictures: {count, number}, about {tokens, number} tokens',
    tokens: 'Tokens: {tokensIn}, {tokensOut}',
    tokensIn: '{count, number} in',
    tokensCached: '{count, number} in ({cached, number} from the cache)',
    tokensOut: '{count, number} out',
    tokensReasoning: '{count, number} out ({reasoning, number} for reasoning)',
    cost: 'Cost: {dollars}',
    noPrice: 'Cost: I don’t know this model’s price',
    estimate: '{text} (estimate)',
    redacted:
      '{values, plural, one{Hidden from the model: # private value} other{Hidden from the model: # private values}}',
  },

  health: {
    title: 'Health',
    version: 'Version {version}, this process has been running for {uptime}',
    replicas: '{count, plural, one{# replica is running} other{# replicas are running}}',
    queue:
      'Queue: {waiting, number} waiting, {running, number} being answered, {quarantined, number} given up after crashes',
    oldest: 'The oldest has been waiting for {waited}',
    limits:
      '{refused, plural, =0{Slack hasn’t refused any calls in the last hour} one{Slack refused # call in the last hour} other{Slack refused # calls in the last hour}}; {waiting, number} waiting (this process)',
    model: 'Model server: {name}',
    resting: '⚠️ Left out for now because they failed: {names}. {name} answers instead (this process)',
    failures:
      '{count, plural, =0{No errors in the last hour} one{# error in the last hour; find it in the log by its reference} other{# errors in the last hour; find them in the log by their references}}',
  },

  home: {
    title: 'Threadwise',
    intro:
      'Mention me in a channel, send me a direct message, or use /ask, and I’ll answer in the thread. /summarize tells you what was decided in a channel and what’s still open; /classify tells you what kind of feedback a text is, and why.',
    follow:
      'Once I’m in a thread, you don’t need to mention me again. Start with someone else’s @name and I’ll stay out of it.',
    model: 'Answers come from: {name}',
    modelEnds: '⚠️ {name} will be shut down on {date}. Set OPENAI_MODEL to another model before then.',
    reads:
      'When you ask me something, I read that thread and its files and send them to this model. Outside Slack, I keep your question until it’s answered, your ratings, digests and settings, feedback and its labels, and for 30 days the notes behind summaries.',
    ask: 'Ask a question',
    missed: 'What did I miss?',
    forget: 'Delete my data',
    forgetTitle: 'Delete your data?',
    forgetText:
      'I’ll delete everything I keep about you outside Slack: your questions, the labels on your feedback, ratings, digests, and settings. Questions that are still waiting may not be answered. You can’t undo this.',
    forgetConfirm: 'Delete',
    forgetDeny: 'Cancel',
    forgotten:
      '{count, plural, =0{Done. I had nothing stored about you.} one{Done. I deleted # entry about you.} other{Done. I deleted # entries about you.}}',
    notForgotten: 'I couldn’t delete your data. Try again in a minute.',
    ratings: 'Ratings of my answers (only admins see this): 👍 {up, number} · 👎 {down, number}',
    ownRatings: 'Your ratings: 👍 {up, number} · 👎 {down, number}',
    own: 'For you',
    admins: 'For admins',
    language: 'Language of my buttons and notices. Answers follow your question.',
    instructions: 'My instructions: “{instructions}”',
    noInstructions: 'You haven’t told me yet how to answer you: short or long, in which tone, what you do.',
    slackLanguage: 'Same as Slack',
    inDirect: 'On it. You’ll get it as a direct message.',
    export: 'Export usage, settings and ratings',
    exportHint:
      'I’ll DM you the files. For labelled feedback, send `/classify report` in a channel and press *Download CSV*.',
    exported:
      'Here’s the export: usage and ratings as CSV, settings as JSON. Settings of channels you’re not in are left out.',
  },

  prompts: {
    title: 'What can I do for you?',
    // A click sends the message as it stands, so each must be a whole question.
    list: {
      missed: { title: 'What did I miss?', message: 'What did I miss?' },
      channel: { title: 'Summarize #{channel} since yesterday', message: 'Summarize #{channel} since yesterday' },
      feedback: { title: 'What feedback came in this week?', message: 'What feedback came in this week?' },
      abilities: { title: 'What can you do?', message: 'What can you do?' },
    },
  },
} as const
