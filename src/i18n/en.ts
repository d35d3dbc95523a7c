import { policy, why } from './en-policy.ts'
import { createMoments } from './moments.ts'

const numbers = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const formatCount = (count: number) => numbers[count] ?? String(count)
const count = (number: number) => number.toLocaleString('en')
/** A refusal is a sentence or two. */
const quote = (words: string) => words.replace(/\s+/g, ' ').trim().slice(0, 400).toWellFormed()

const englishDay = new Intl.DateTimeFormat('en', { weekday: 'short', month: 'short', day: 'numeric', timeZone: 'UTC' })

const englishWeek = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
function englishDays(days: readonly number[]): string {
  const key = days.join()
  if (days.length === 7) return 'every day'
  if (key === '1,2,3,4,5') return 'every weekday'
  if (key === '0,6') return 'every weekend day'
  return `every ${new Intl.ListFormat('en').format(days.map(day => englishWeek[day] ?? ''))}`
}

/** The bot's own sentences in English. The model's answers are not among them: they follow the question's language. */
export const en = {
  thinking: 'is thinking…',
  dialogLate: 'That took too long, so Slack did not let me open the dialog. Please try again.',
  help: [
    'Mention me in a channel, or write to me directly. I read the thread before I answer, and in a thread that I’m in, you don’t need to mention me again. For example:',
    '- “What did we decide about the date?”',
    '- “Summarize this thread”, or `/summarize #general since yesterday` for a summary that only you see',
    '- `/classify the export is broken` to see what kind of feedback it is, and why',
    '- `/classify report` for this channel’s feedback in numbers',
    '- `/ask` to ask without mentioning me',
  ].join('\n'),
  interrupted: 'I was stopped before I could finish. Please ask again.',
  handedOver: 'I am being restarted; the rest follows when I am back.',
  setAside:
    'I broke down several times while answering this, so I have set it aside. Ask in other words, or without its files; if it stays, tell whoever runs me.',
  before: (count: number) => `${formatCount(count)} before you…`,
  flooded:
    'You have a lot of questions waiting, so I won’t answer this one, or any more for now. Ask again once I’ve caught up.',
  tooManyWaiting: 'You have a lot of questions waiting. Ask this again once I’ve caught up.',
  missingScope: (scope: string) =>
    `Slack won’t let me do that: the app is missing the permission ${scope}. Ask an admin to paste manifest.yml into the app’s page “App Manifest” and reinstall it.`,
  unexpected: (reference: string) =>
    `Something went wrong on my side. Please ask again; if it stays, give whoever runs me this reference: ${reference}`,
  notSaved:
    'I couldn’t save that, so I haven’t started on it. Please try again in a minute; if it keeps happening, tell whoever runs me.',

  footerRead: (read: number, total: number) => `read ${read} of ${total} messages`,
  footerShortened: 'a very long message was read only in part',
  footerFileCut: (name: string) => `${name} read only in part: it is too long`,
  footerFileSkipped: (name: string, reason: string) => `${name} not read: ${reason}`,
  footerFilePages: (name: string, read: number, total: number) =>
    `${name} has ${total} pages; I read the first ${read}, so split it to get to the rest`,
  footerFilesMore: (count: number) => `${count} more ${count === 1 ? 'file' : 'files'} not read`,
  maybeCut: 'This answer may be incomplete: the model stopped without saying why. Ask again for a new one.',
  overrun: 'I stopped this answer because it ran on and on. Say “go on” for more.',
  outputLimit: 'The answer reached the model’s length limit. Say “go on” for the rest.',

  /** Names who answered by a model's name or title; only the playground's engine, which is no model, is named in words. */
  modelTitle: (name: string) => (/^built-in.engine/.test(name) ? 'built-in engine, no language model' : name),

  labels: {
    unreadable: 'The language model gave no label that I can read. Please try again; another model may do better.',
    working: 'Still working on it. The result will appear here.',
    usage:
      'Write the feedback after the command: /classify the export is broken. A list with one item a line works, too. In a thread, mention me: “classify this”.',
    line: (kind: string, text: string, reason: string) => `[${kind}]-[problem:${text}]-[${reason}]`,
    confidence: (percent: number) =>
      `${percent >= 80 ? 'High' : percent >= 50 ? 'Medium' : 'Low'} confidence (${percent}%)`,
    noConfidence: 'Confidence unknown',
    noEvidence: 'There is no clear evidence in the text itself.',
    otherKind: 'Other',
    other: 'Doesn’t fit any category.',
    by: (model: string) => `Labelled by ${model}`,
    correctedBy: (name: string) => `Corrected by ${name}`,
    post: 'Post to the channel',
    postedBy: (name: string) => `${name} shared this feedback:`,
    posted: 'Posted.',
    correct: 'Change category…',
    undo: 'Undo the correction',
    notYourCorrection: (name: string) => `Only ${name}, who corrected this, or an admin of the workspace can undo it.`,
    gone: 'I no longer have this label. Please classify the text again.',
    nothingToLabel: 'There is no text here that I could classify.',
    sheet: {
      otherType: (name: string) =>
        `I can only classify CSV files, and ${name} isn’t one. Save it as CSV (UTF-8) and send it again.`,
      missing: 'I see no CSV file here. Drop one into this thread and say “classify this file”, or send both together.',
      empty: 'The file has no rows below its header.',
      tooLong: (rows: number, most: number, isMore: boolean) =>
        `The file has ${isMore ? 'at least ' : ''}${rows} rows; I take ${most} at a time. Split it, please.`,
      tooWide: (columns: number, most: number) =>
        `The file has ${columns} columns. I can read up to ${most}; remove the ones you don’t need and send it again.`,
      tooLarge: (cells: number, most: number) =>
        `The file has ${cells} cells. I can read up to ${most}; remove columns you don’t need, or split it.`,
      unreadable: (line: number) =>
        `I cannot read this as CSV: the row at line ${line} doesn’t end, or is longer than 2 MB. Look for a quotation mark there that is never closed, and send the file again.`,
      unclear: (name: string, seen: string[]) =>
        `I can’t tell the columns of ${name} apart. Their names may be in the line ${seen.map(line => `“${line}”`).join(' or ')}. Tell me which column has the feedback, for example “classify this file, column comment”. Or delete what is above the names, add a first line like \`sep=;\` with your delimiter, and send it again.`,
      headless: (name: string, [seen = '']: string[]) =>
        `${name} has no column names: the first line is “${seen}”. Add a line above it with a name for each column, for example \`id,comment\`, and send it again.`,
      noColumn: (wanted: string, names: string) => `There is no column “${wanted}”. The columns are: ${names}`,
      progress: (done: number, all: number, failed: number) =>
        `Labelling: ${done} of ${all}${failed > 0 ? `, ${failed} failed` : ''} …`,
      done: (all: number, failed: number) =>
        `Labelled ${all - failed} of ${all} rows${failed > 0 ? `; ${failed} are marked with their error` : ''}. The table is below.`,
      heads: { kind: 'kind', confidence: 'confidence', quote: 'quote', reason: 'reason', error: 'error' },
    },
    report: {
      /** `place` is the name of a channel or blank. */
      title: (place: string, days: string, total: number) =>
        `Feedback${place === '' ? '' : ` in #${place}`}, ${days}: ${total} ${total === 1 ? 'item' : 'items'}`,
      chart: 'Feedback by week',
      week: 'Week of',
      earlier: 'Earlier',
      all: 'Total',
      csv: 'Download CSV',
      heads: [
        ...['said', 'channel id', 'channel', 'text', 'kind', 'quote', 'reason', 'confidence', 'corrected by id'],
        ...['corrected by', 'taxonomy version'],
      ],
      none: 'There is no labelled feedback in that time. Watch a channel (/classify settings), or classify what was said: /classify last 7 days in #feedback.',
      sent: (link: string) => `The report is in your direct messages: ${link}`,
      sentWithoutChart: (link: string) =>
        `The report is in your direct messages: ${link}\nI could not add its chart; the log says why (often the scope files:write is missing).`,
      noChannel: (name: string) => `I am not in a channel “${name}”. Invite me there, and try again.`,
    },
    list: (most: number) =>
      `That is a long list: I take ${most} lines here. Put it into a CSV file in a thread instead.`,
    settings: {
      title: (channel: string) => `Feedback in #${channel}`,
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

  policy,
  why,

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
    due: (when: string) => `, by ${when}`,
    /** A day, `2026-11-28`. */
    day: (iso: string) => englishDay.format(new Date(`${iso}T00:00Z`)),
    votes: (votes: string) => `(${votes})`,
    nothingFound: 'There’s nothing worth reporting in these messages.',
    nothing: 'No messages in that time. Try “last 7 days”.',
    nothingNew: (since: string) => `Nothing new since ${since}.`,
    unreadable: 'I couldn’t read the language model’s summary. Please try again; a larger model may do better.',
    reading: (read: number, total: number) =>
      total === 0 ? 'Reading…' : `Reading ${count(read)} of ${count(total)} messages…`,
    summing: (done: number, parts: number) =>
      parts < 2 ? 'Writing…' : `Summarizing… ${Math.floor((100 * done) / parts)}%`,
    writing: 'Writing…',
    elapsed: (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
    read: (messages: number, threads: number) =>
      `read ${count(messages)} ${messages === 1 ? 'message' : 'messages'}${threads === 0 ? '' : ` in ${count(threads)} ${threads === 1 ? 'thread' : 'threads'}`}`,
    span: (from: string, to: string) => `${from} to ${to}`,
    files: (files: number) => `${count(files)} ${files === 1 ? 'file' : 'files'} not read`,
    dropped: (points: number) =>
      `${points === 1 ? '1 point was' : `${points} points were`} left out: no message supports ${points === 1 ? 'it' : 'them'}`,
    lost: (threads: number, code: string) =>
      `${threads === 1 ? '1 thread' : `${threads} threads`} could not be read (${code}): ask again in a minute`,
    hidden: 'older messages are hidden by your Slack plan',
    lookedBackTo: (time: string) => `threads started before ${time} weren’t checked: ask for a longer time`,
    cut: (most: number) => `only the newest ${count(most)} messages: ask for a shorter time`,
    shortened: 'a very long message was read only in part',
    where:
      'What should I summarize? Name a channel or paste the link of a message: “summarize #general since monday”. In a thread, I summarize that thread.',
    noChannel: (name: string) =>
      `I can’t find ${name === '' ? 'that channel' : `#${name}`}, or one of us isn’t in it. Invite me there with /invite, then try again.`,
    private:
      'Not everyone here can read that. Use /summarize there, or ask me in a direct message, and only you will see it.',
    inDirect: 'On it. Only you will see the summary.',
    direct: (link: string) => `Your summary is ready: ${link}`,
    tooLong: 'That’s too long. Keep it under 250 characters, or ask for more in the summary’s thread.',
    unknownWords: (words: string) =>
      `I don’t understand “${words}”. Try “since monday”, “last 200”, “only decisions” or “as a table”; \`/summarize help\` shows more.`,
    didYouMean: (words: string, guess: string) => `I don’t understand “${words}”. Did you mean “${guess}”?`,
    usage:
      '`/summarize` sums up the last 24 hours of this channel. Only you see it.\n`/summarize since monday`, `last 200`, `between monday and wednesday`, `#other-channel`, a link to a message, or `new` (since you last asked)\n`/summarize new everywhere` shows what you missed in all our channels\n`/summarize only decisions`, or in any form: `as a table for the customer`\n`/summarize every weekday 9:00`, `/summarize list`, `/summarize stop 1`',
    post: (name: string) => (name === '' ? 'Post it there' : `Post to #${name}`),
    postToThread: 'Post to thread',
    postedBy: (name: string) => `${name} asked for this summary:`,
    posted: (link: string) => `Posted: ${link}`,
    gone: 'I can no longer find this summary. Please ask for it again.',
    moments: createMoments('en-US'),
    missed: {
      /** The words in which a button asks; the parser of requests reads them. */
      request: 'What did I miss?',
      waiting: 'Waiting for you',
      inDirect: 'I’ll DM you what you missed.',
      nothing: 'You’re all caught up: nothing new in our channels.',
      noChannels: 'We aren’t in any channel together yet. Invite me to one with /invite.',
      read: (messages: number, channels: number) =>
        `read ${count(messages)} ${messages === 1 ? 'message' : 'messages'} in ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
      notRead: (names: string) => `not read in full: ${names}. Try “summarize #channel”`,
    },
    digest: {
      added: (when: string, place: string, start: string, index: number) =>
        `Done. I’ll DM you what’s new in ${place} ${when}, starting ${start}. To stop, send \`/summarize stop ${index}\`.`,
      /** Names the times of a digest: `days` are of the week, 0 is Sunday. */
      when: (days: readonly number[], time: string) => `${englishDays(days)} at ${time}`,
      kind: (days: readonly number[]) =>
        days.length === 7
          ? 'daily'
          : englishDays(days)
              .replace(/^every /, '')
              .replace('weekend day', 'weekend'),
      thread: 'that thread',
      everywhere: 'all our channels',
      list: 'Your digests:',
      none: 'You have no digests. Start one: `/summarize every weekday 9:00`.',
      ended: (kind: string, place: string) => `Stopped your ${kind} digest of ${place}.`,
      unknown: (word: string) => `You have no digest ${word}. \`/summarize list\` shows yours.`,
      unclear:
        'When? Try `/summarize every weekday 9:00`, `every monday at 14:30` or `every day 9am #general only decisions`.',
      tooMany: (most: number) =>
        `You already have ${most} digests, which is the most I can keep. Stop one first: \`/summarize list\`.`,
      next: (time: string) => `next ${time}`,
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
    stopped: 'Stopped: the answer is not whole.',
    stoppedBy: (name: string) => `Stopped by ${name}: the answer is not whole.`,
    notYours: (name: string) => `Only ${name}, who asked, or an administrator of the workspace may do this.`,
    tooOld: 'I no longer remember this question. Please ask it again.',
    busy: 'I am at work on this answer already.',
    edited: 'You changed your question after I had answered it.',
    editedAgain: 'Answer the new question',
    askReason: 'Thanks for the feedback. What was wrong? (optional)',
    reasons: { wrong: 'Wrong', too_long: 'Too long', off_thread: 'Not from this thread', other: 'Something else' },
    reasonKept: 'Thanks, noted.',
  },

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
    no_text: 'its pages have no text, like a scan; run text recognition (OCR) on it, or send the pages as PNG or JPEG',
    heic: 'I can’t open HEIC photos; send it as JPEG or PNG',
    image_type: 'I can’t open this type of image; send it as JPEG or PNG',
    office: 'I can’t open this Office format; save it as DOCX, PPTX or PDF',
    spreadsheet: 'I can’t open this kind of spreadsheet; save it as XLSX or CSV (UTF-8)',
    outlook: 'I can’t open Outlook messages; save it as EML, or forward the e-mail to Slack',
    archive: 'I don’t unpack archives; send the files in it',
    audio: 'I cannot hear recordings; send the words as text',
    video: 'I cannot watch videos; send the words as text',
    empty: 'it is empty',
    damaged: 'it is damaged; export it again',
    encrypted: 'it is protected by a password; send it without one',
    download_failed: 'the download failed; send it again',
    type_mismatch: 'its content is not what its name says; export it again',
    image_refused: 'the model couldn’t process this picture; send it in another format',
    no_vision: 'the connected model cannot see images; describe it in words',
  },

  model: {
    unauthorized: 'The language model refused its key. Whoever installed me must check OPENAI_API_KEY.',
    forbidden: 'The language model’s account may not do this. Whoever installed me must check its plan and region.',
    unknownModel: (name: string) =>
      `The model server does not know “${name}”. Whoever installed me must set OPENAI_MODEL to one that it offers.`,
    wrongAddress: 'The model server has no chat API at this address. Whoever installed me must check OPENAI_BASE_URL.',
    noQuota: 'The language model’s account has no credit left. Whoever installed me must top it up; then ask again.',
    busy: (seconds: number | undefined) =>
      seconds === undefined
        ? 'The language model is busy. Please ask again in a minute.'
        : `The language model is busy. Please ask again in ${seconds} seconds.`,
    serverError: (status: number) =>
      `The language model’s server failed (status ${status}). Please ask again in a minute.`,
    unreachable:
      'I cannot reach the language model. Please ask again in a minute; whoever installed me can check OPENAI_BASE_URL.',
    notJson:
      'The model server answered with a web page instead of an answer. Whoever installed me must check OPENAI_BASE_URL.',
    garbled: 'The language model’s answer came garbled. Please ask again.',
    streamError: 'The language model reported an error in the middle of its answer. Please ask again.',
    endedEarly: 'The language model’s answer broke off. Please ask again.',
    silent: (seconds: number) => `The language model went silent for ${seconds} seconds. Please ask again.`,
    empty: 'The language model gave no text. Please ask again in other words.',
    onlyThoughts:
      'The language model spent its answer on thinking and gave no text. Please ask again, or ask for something smaller.',
    limitWithoutText:
      'The language model reached its length limit and gave no text. Ask for something smaller; whoever installed me can raise MODEL_OUTPUT_TOKENS.',
    onlyTools:
      'The language model asked for a tool that I don’t have and gave no text. Please ask again in other words.',
    declined: (words: string) => `The language model declined to answer: “${quote(words)}”`,
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
    historyFailed: (code: string) =>
      `I could not read this thread from Slack (${code}), and I do not answer without it. Please ask again in a minute.`,
    threadGone: 'The thread is no longer there.',
  },

  ask: {
    title: 'Ask Threadwise',
    label: 'Your question',
    placeholder: 'What should be answered?',
    submit: 'Ask',
    close: 'Cancel',
    asked: (name: string) => `${name} asks:`,
    empty: 'Write the question after the command: /ask what is …?',
    notInChannel: 'One of us isn’t in this channel. Invite me with /invite, or ask me in a direct message.',
    yourQuestion: (question: string) => `Your question was: ${question}`,
    threadLocked: 'This thread is locked, so I cannot answer in it. Ask me in a direct message instead.',
    cannotPost: (code: string) => `Slack did not let me post here (${code}). Ask me in a direct message instead.`,
    inThread: (link: string) => `Your question is in the thread, and the answer comes there: ${link}`,
  },

  home: {
    title: 'Threadwise',
    intro:
      'I answer in the thread while I think. Mention me in a channel, write to me directly, or use /ask. With /summarize I tell you what was decided in a channel and what is open, with /classify what kind of feedback a text is, and why.',
    follow:
      'In a thread that I take part in, you need not mention me again. Begin with someone else’s @name and I keep quiet.',
    model: (name: string) => `Answers come from: ${name}`,
    reads:
      'I read the thread that I am asked in and its files and send them to that model. Outside Slack I keep a question only until it is answered, your thumbs, feedback with its labels, and for 30 days what I found for summaries.',
    ask: 'Ask a question',
    missed: 'What did I miss?',
    forget: 'Delete my data',
    forgetTitle: 'Delete your data?',
    forgetText:
      'I’ll delete everything I keep about you outside Slack: your questions, labels of your feedback, ratings, and digests. Questions that are still waiting may not be answered. You can’t undo this.',
    forgetConfirm: 'Delete',
    forgetDeny: 'Cancel',
    forgotten: (count: number) =>
      count === 0
        ? 'Done. I had nothing stored about you.'
        : `Done. I deleted ${count} ${count === 1 ? 'entry' : 'entries'} about you.`,
    notForgotten: 'I couldn’t delete your data. Try again in a minute.',
    ratings: (up: number, down: number) => `Ratings of my answers (only admins see this): 👍 ${up} · 👎 ${down}`,
  },

  prompts: {
    title: 'What can I do for you?',
    // A click sends the message as it stands, so each must be a whole question.
    list: (channel: string | undefined) =>
      [
        'What did I miss?',
        ...(channel === undefined ? [] : [`Summarize #${channel} since yesterday`]),
        'What feedback came in this week?',
        'What can you do?',
      ].map(message => ({ title: message, message })),
  },
}
