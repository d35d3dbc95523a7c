/** The bot's own sentences in English. The model's answers are not among them: they follow the question's language. */
export const en = {
  thinking: 'is thinking…',
  dialogLate: 'That took too long, so Slack did not let me open the dialog. Please try again.',
  help: 'Mention me in a channel, or write to me directly. I read the thread before I answer, and in a thread that I’m in, you don’t need to mention me again. For example:\n- “What did we decide about the date?”\n- “Summarize this thread”, or `/summarize #general since yesterday` for a summary that only you see\n- `/classify the export is broken` to see what kind of feedback it is, and why\n- `/classify report` for this channel’s feedback in numbers\n- `/ask` to ask without mentioning me',
  interrupted: 'I was stopped before I could finish. Please ask again.',
  handedOver: 'I am being restarted; the rest follows when I am back.',
  setAside:
    'I broke down several times while answering this, so I have set it aside. Ask in other words, or without its files; if it stays, tell whoever runs me.',
  before: '{count, plural, one{is answering one question before yours…} other{is answering # questions before yours…}}',
  flooded:
    'You have a lot of questions waiting, so I won’t answer this one, or any more for now. Ask again once I’ve caught up.',
  tooManyWaiting: 'You have a lot of questions waiting. Ask this again once I’ve caught up.',
  missingScope:
    'Slack won’t let me do that: the app is missing the permission {scope}. Ask an admin to paste manifest.yml into the app’s page “App Manifest” and reinstall it.',
  unexpected:
    'Something went wrong on my side. Please ask again; if it stays, give whoever runs me this reference: {reference}',
  notSaved:
    'I couldn’t save that, so I haven’t started on it. Please try again in a minute; if it keeps happening, tell whoever runs me.',

  footerRead: 'read {read, number} of {total, number} messages',
  footerShortened: 'a very long message was read only in part',
  footerFileCut: '{name} read only in part: it is too long',
  footerFilePages: '{name} has {total, number} pages; I read the first {read, number}, so split it to get to the rest',
  footerFilesMore: '{count, plural, one{# more file not read} other{# more files not read}}',
  maybeCut: 'This answer may be incomplete: the model stopped without saying why. Ask again for a new one.',
  overrun: 'I stopped this answer because it ran on and on. Say “go on” for more.',
  outputLimit: 'The answer reached the model’s length limit. Say “go on” for the rest.',

  builtInEngine: 'built-in engine, no language model',

  labels: {
    unreadable: 'The language model gave no label that I can read. Please try again; another model may do better.',
    working: 'Still working on it. The result will appear here.',
    usage:
      'Write the feedback after the command: /classify the export is broken. A list with one item a line works, too. In a thread, mention me: “classify this”.',
    line: '[{kind}]-[problem:{text}]-[{reason}]',
    confidence:
      '{level, select, high{High confidence ({percent}%)} medium{Medium confidence ({percent}%)} other{Low confidence ({percent}%)}}',
    noConfidence: 'Confidence unknown',
    noEvidence: 'There is no clear evidence in the text itself.',
    otherKind: 'Other',
    other: 'Doesn’t fit any category.',
    by: 'Labelled by {model}',
    correctedBy: 'Corrected by {name}',
    post: 'Post to the channel',
    postedBy: '{name} shared this feedback:',
    posted: 'Posted.',
    correct: 'Change category…',
    undo: 'Undo the correction',
    notYourCorrection: 'Only {name}, who corrected this, or an admin of the workspace can undo it.',
    gone: 'I no longer have this label. Please classify the text again.',
    nothingToLabel: 'There is no text here that I could classify.',
    sheet: {
      quoted: '“{text}”',
      otherType: 'I can only classify CSV files, and {name} isn’t one. Save it as CSV (UTF-8) and send it again.',
      missing: 'I see no CSV file here. Drop one into this thread and say “classify this file”, or send both together.',
      empty: 'The file has no rows below its header.',
      tooLong:
        'The file has {isMore, select, true{at least {rows, number} rows} other{{rows, number} rows}}; I take {most, number} at a time. Split it, please.',
      tooWide:
        'The file has {columns, number} columns. I can read up to {most, number}; remove the ones you don’t need and send it again.',
      tooLarge:
        'The file has {cells, number} cells. I can read up to {most, number}; remove columns you don’t need, or split it.',
      unreadable:
        'I cannot read this as CSV: the row at line {line} doesn’t end, or is longer than 2 MB. Look for a quotation mark there that is never closed, and send the file again.',
      unclear:
        'I can’t tell the columns of {name} apart. Their names may be in the line {lines}. Tell me which column has the feedback, for example “classify this file, column comment”. Or delete what is above the names, add a first line like `sep=;` with your delimiter, and send it again.',
      headless:
        '{name} has no column names: the first line is {lines}. Add a line above it with a name for each column, for example `id,comment`, and send it again.',
      noColumn: 'There is no column “{wanted}”. The columns are: {names}',
      progress: 'Labelling: {done, number} of {all, number}{failed, plural, =0{} one{, # failed} other{, # failed}} …',
      done: 'Labelled {done, number} of {all, number} rows{failed, plural, =0{} one{; # is marked with its error} other{; # are marked with their error}}. The table is below.',
      heads: { kind: 'kind', confidence: 'confidence', quote: 'quote', reason: 'reason', error: 'error' },
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
      none: 'There is no labelled feedback in that time. Watch a channel (/classify settings), or classify what was said: /classify last 7 days in #feedback.',
      sent: 'The report is in your direct messages: {link}',
      sentWithoutChart:
        'The report is in your direct messages: {link}\nI could not add its chart; the log says why (often the scope files:write is missing).',
      noChannel: 'I am not in a channel “{name}”. Invite me there, and try again.',
    },
    list: 'That is a long list: I take {most, number} lines here. Put it into a CSV file in a thread instead.',
    settings: {
      title: 'Feedback in #{channel}',
      titleWithoutName: 'Feedback settings',
      save: 'Save',
      watchLabel: 'Messages in this channel',
      watch: 'Label every message automatically with an emoji',
      card: 'Post a card in the thread, too',
      reactionLabel: 'Label a message when someone reacts with (leave empty for none)',
      noEmoji: 'Write the name of one emoji, like label',
    },
  },

  access: {
    lost: 'I haven’t shown this: one of us can’t read that channel any more.',
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
    unreadable: 'I couldn’t read the language model’s summary. Please try again; a larger model may do better.',
    starting: 'Reading…',
    reading: 'Reading {read, number} of {total, plural, one{# message} other{# messages}}…',
    summing: 'Summarizing… {percent}%',
    writing: 'Writing…',
    read: 'read {messages, plural, one{# message} other{# messages}}{threads, plural, =0{} one{ in # thread} other{ in # threads}}',
    span: '{from} to {to}',
    files: '{files, plural, one{# file not read} other{# files not read}}',
    dropped:
      '{points, plural, one{# point was left out: no message supports it} other{# points were left out: no message supports them}}',
    lost: '{threads, plural, one{# thread} other{# threads}} could not be read ({code}): ask again in a minute',
    hidden: 'older messages are hidden by your Slack plan',
    lookedBackTo: 'threads started before {time} weren’t checked: ask for a longer time',
    cut: 'only the newest {most, number} messages: ask for a shorter time',
    shortened: 'a very long message was read only in part',
    where:
      'What should I summarize? Name a channel or paste the link of a message: “summarize #general since monday”. In a thread, I summarize that thread.',
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
      '`/summarize` sums up the last 24 hours of this channel. Only you see it.\n`/summarize since monday`, `last 200`, `between monday and wednesday`, `#other-channel`, a link to a message, or `new` (since you last asked)\n`/summarize new everywhere` shows what you missed in all our channels\n`/summarize only decisions`, or in any form: `as a table for the customer`\n`/summarize every weekday 9:00`, `/summarize list`, `/summarize stop 1`',
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
        'When? Try `/summarize every weekday 9:00`, `every monday at 14:30` or `every day 9am #general only decisions`.',
      tooMany:
        'You already have {most, number} digests, which is the most I can keep. Stop one first: `/summarize list`.',
      next: 'next {time}',
    },
  },

  usage: {
    own: '{calls, plural, one{# request from you this month ({dollars})} other{# requests from you this month ({dollars})}}',
    all: '{calls, plural, one{# request from everyone ({dollars}); only admins see this} other{# requests from everyone ({dollars}); only admins see this}}',
    by: { person: 'People', channel: 'Channels', feature: 'Features', model: 'Models' },
    spent: {
      personDay: 'Your budget for today is used up. It starts again at midnight UTC; an admin can raise it.',
      personMonth: 'Your budget for this month is used up. It starts again on the first, and an admin can raise it.',
      day: 'The team’s budget for today is used up. It starts again at midnight UTC; an admin can raise it.',
      month: 'The team’s budget for this month is used up. It starts again on the first, and an admin can raise it.',
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
    notYours: 'Only {name}, who asked, or an administrator of the workspace may do this.',
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
    external: 'it is stored outside Slack; upload it here',
    deleted: 'it was deleted',
    hidden_by_limit: 'Slack hides it because of the workspace’s storage limit',
    needs_file_info: 'it comes from another workspace; upload it here',
    too_large: 'it is larger than 10 MB; send a part of it',
    too_costly: 'it unpacks to too much, or takes too long to read; send a part of it',
    host_not_allowed: 'it is not on Slack’s own servers; upload it here',
    redirected: 'Slack sent me elsewhere for it; upload it again',
    login_page: 'Slack gave a login page; whoever installed me must allow files:read',
    not_found: 'Slack no longer has it',
    unreadable_type: 'I cannot read this type; send text, PDF, an Office file or an image',
    unknown_encoding:
      'I can’t tell its encoding (tried UTF-8, UTF-16, Windows-1252, Shift-JIS, GBK, Big5 and EUC-KR); save it as UTF-8 and send it again',
    no_text: 'there is no text in it, as in a scan; run text recognition (OCR) on it, or send the pages as PNG or JPEG',
    heic: 'I can’t open HEIC photos; send JPEG or PNG',
    image_type: 'I can’t open this type of image; send JPEG or PNG',
    office: 'I can’t open this Office format; save it as DOCX, PPTX or PDF',
    spreadsheet: 'I can’t open this kind of spreadsheet; save it as XLSX or CSV (UTF-8)',
    outlook: 'I can’t open Outlook messages; save it as EML, or forward the e-mail to Slack',
    archive: 'I don’t unpack archives; send the files in it',
    audio: 'I can’t open this kind of recording; send it as MP3, M4A, WAV, OGG or FLAC',
    video: 'I can’t open this kind of video; send it as MP4 or WebM, or its sound as MP3',
    recording_too_large: 'it is larger than 400 MB; send it as MP3 or M4A, or only a part of it',
    no_sound: 'it has no sound',
    no_speech: 'I heard no speech in it',
    no_transcriber:
      'the model server doesn’t transcribe; whoever installed me can set TRANSCRIPTION_BASE_URL and TRANSCRIPTION_MODEL',
    transcriber_key:
      'the transcription server refused its key or account; whoever installed me must check TRANSCRIPTION_API_KEY',
    transcription_failed: 'the transcription server failed; ask again in a minute',
    empty: 'it is empty',
    damaged: 'it is damaged; export it again',
    encrypted: 'it is protected by a password; send it without one',
    download_failed: 'the download failed; send it again',
    type_mismatch: 'its content is not what its name says; export it again',
    many_images: 'I look at the newest 20 pictures of a thread; send it again if you still need it',
    image_refused: 'the model couldn’t process this picture; send it in another format',
    no_vision: 'the connected model cannot see images; describe them in words',
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
    silent: 'I heard no speech in your recording. Record it again, or write to me.',
    unread: 'I couldn’t listen to recordings: {reason}',
    none: 'I see no recording in this thread. Drop one in and say “transcribe this”, or send both together.',
    minutes: '{minutes, number} min',
    lost: '{from}–{to} could not be transcribed',
    cut: '{minutes, plural, one{Only the first minute was transcribed. Split the recording to get the rest.} other{Only the first # minutes were transcribed. Split the recording to get the rest.}}',
  },

  model: {
    unauthorized: 'The language model refused its key. Whoever installed me must check OPENAI_API_KEY.',
    forbidden: 'The language model’s account may not do this. Whoever installed me must check its plan and region.',
    unknownModel:
      'The model server does not know “{name}”. Whoever installed me must set OPENAI_MODEL to one that it offers.',
    wrongAddress: 'The model server has no chat API at this address. Whoever installed me must check OPENAI_BASE_URL.',
    noQuota: 'The language model’s account has no credit left. Whoever installed me must top it up; then ask again.',
    busy: 'The language model is busy. Please ask again in a minute.',
    busyFor: 'The language model is busy. Please ask again in {seconds, plural, one{# second} other{# seconds}}.',
    serverError: 'The language model’s server failed (status {status}). Please ask again in a minute.',
    unreachable:
      'I cannot reach the language model. Please ask again in a minute; whoever installed me can check OPENAI_BASE_URL.',
    notJson:
      'The model server answered with a web page instead of an answer. Whoever installed me must check OPENAI_BASE_URL.',
    garbled: 'The language model’s answer came garbled. Please ask again.',
    streamError: 'The language model reported an error in the middle of its answer. Please ask again.',
    endedEarly: 'The language model’s answer broke off. Please ask again.',
    silent: 'The language model went silent for {seconds, plural, one{# second} other{# seconds}}. Please ask again.',
    empty: 'The language model gave no text. Please ask again in other words.',
    onlyThoughts:
      'The language model spent its answer on thinking and gave no text. Please ask again, or ask for something smaller.',
    limitWithoutText:
      'The language model reached its length limit and gave no text. Ask for something smaller; whoever installed me can raise MODEL_OUTPUT_TOKENS.',
    onlyTools:
      'The language model asked for a tool that I don’t have and gave no text. Please ask again in other words.',
    declined: 'The language model declined to answer: “{words}”',
    refusedImages:
      'The language model couldn’t process the picture. Send it in another format, or describe it in words.',
    filtered: 'The language model’s provider stopped this answer by its content rules. Please ask in other words.',
    tooLong: 'This is more than the model can read at once. Ask in a new thread, or with a shorter text.',
    refusedRequest: 'The language model refused the request. Please ask in other words; the log tells the reason.',
  },

  slack: {
    historyScope:
      'I may not read this conversation. Whoever installed me must add the history permissions of manifest.yml and reinstall me.',
    historyNotInChannel: 'I can only read channels that I am in. Invite me (/invite) and ask again.',
    historyBusy: 'Slack lets me read too little just now. Please ask again in a minute.',
    historyFailed:
      'I could not read this thread from Slack ({code}), and I do not answer without it. Please ask again in a minute.',
    threadGone: 'The thread is no longer there.',
  },

  ask: {
    title: 'Ask Threadwise',
    label: 'Your question',
    placeholder: 'What would you like to know?',
    submit: 'Ask',
    close: 'Cancel',
    asked: '{name} asks:',
    empty: 'Write the question after the command: /ask what is …?',
    notInChannel: 'One of us isn’t in this channel. Invite me with /invite, or ask me in a direct message.',
    yourQuestion: 'Your question was: {question}',
    threadLocked: 'This thread is locked, so I cannot answer in it. Ask me in a direct message instead.',
    cannotPost: 'Slack did not let me post here ({code}). Ask me in a direct message instead.',
    inThread: 'Your question is in the thread, and the answer comes there: {link}',
  },

  speech: {
    listen: 'Listen',
    title: 'Answer, read aloud',
    progress:
      '{parts, plural, =0{is reading the answer aloud…} one{is reading the answer aloud…} other{is reading the answer aloud, part {part, number} of {parts, number}…}}',
    nothingBefore: 'There’s no answer of mine in this thread that I could read aloud.',
    already: 'This answer is already in this thread as a recording: {link}',
    off: 'I can’t read answers aloud any more: my speech server was removed.',
    changed: 'The answer changed or was deleted while I was reading it aloud, so I haven’t posted the recording.',
    noWords: 'There’s nothing in this answer that I could read aloud.',
    failed: 'The speech server didn’t answer, so I couldn’t read this aloud. Try again in a minute.',
    refused:
      'The speech server refused to read this aloud (status {status}). Choose another voice in my home. If that doesn’t help, whoever installed me must check SPEECH_MODEL, SPEECH_VOICE and SPEECH_API_KEY.',
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
      'I send that model the thread you ask in and its files. Outside Slack, I keep your question until it’s answered, your ratings, labelled feedback, and the points of summaries for 30 days.',
    ask: 'Ask a question',
    missed: 'What did I miss?',
    forget: 'Delete my data',
    forgetTitle: 'Delete your data?',
    forgetText:
      'I’ll delete everything I keep about you outside Slack: your questions, labels of your feedback, ratings, digests, and settings. Questions that are still waiting may not be answered. You can’t undo this.',
    forgetConfirm: 'Delete',
    forgetDeny: 'Cancel',
    forgotten:
      '{count, plural, =0{Done. I had nothing stored about you.} one{Done. I deleted # entry about you.} other{Done. I deleted # entries about you.}}',
    notForgotten: 'I couldn’t delete your data. Try again in a minute.',
    ratings: 'Ratings of my answers (only admins see this): 👍 {up, number} · 👎 {down, number}',
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
