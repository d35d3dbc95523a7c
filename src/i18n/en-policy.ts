const count = (number: number) => number.toLocaleString('en')

/** The sentences about what a team or a person sets. */
export const policy = {
  help: '`/threadwise settings` sets how I answer in this channel (for admins and the person who created it); `/threadwise settings workspace` does so everywhere (for admins)\n`/threadwise settings me` sets how I answer you; in a direct message, `/threadwise settings` does\n`/threadwise why` tells you why I answered, or kept silent\n`/threadwise help` shows this',
  title: { workspace: 'Workspace settings', channel: 'Channel settings', person: 'My settings' },
  where: {
    workspace: 'For every answer in this workspace.',
    channel: (name: string) => `For every answer in #${name}, after the instructions for the workspace.`,
    person: 'For every answer to you, after the instructions for the workspace and the channel.',
  },
  digests: 'My digests',
  choose: 'Settings of a channel…',
  label: 'Instructions for my answers',
  placeholder: 'We’re a hotel. Call our customers guests, and answer in two or three sentences.',
  limits: 'They shape tone, length, language and form. They can’t change my safety rules.',
  preview: 'Show what the model is told',
  previewOf: 'The model is told this, after my own rules:',
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
      outsiders: 'People from other organizations may use me here',
    },
    whoLabel: 'Who can use me',
    who: { everyone: 'Everyone in this workspace', listed: 'Only the following' },
    people: 'These people',
    channels: 'Members of these channels',
    groups: 'Members of these user groups',
    noGroup: (names: string) => `I can’t find this user group: ${names}`,
    guestsLabel: 'Guests',
    guests: 'Guests can use me, too',
    keptOut: 'Never sent to a model',
    keptChannels: 'Anything in these channels',
    keptPeople: 'Anything these people write',
    keptWords: 'These words, one a line',
  },
  refusals: {
    channel_off: 'I’m switched off in this channel.',
    feature_off: 'That is switched off in this channel.',
    kept_out: 'Admins keep this channel or person from the model, so I can’t do that here.',
    not_listed: 'Admins have limited who can use me, and you’re not among them. Ask an admin.',
    guests: 'Guests can’t use me in this workspace. Ask an admin.',
    outsiders: 'People from other organizations can’t use me here, unless an admin opens this channel to them.',
  },
  left: (messages: number) =>
    `${messages === 1 ? '1 message was' : `${messages} messages were`} kept from the model by admins`,
}

/** The sentences about why the bot answered or kept silent. */
export const why = {
  title: { answered: 'Why I answered', silent: 'Why I kept silent', working: 'I’m still working on this' },
  about: (link: string) => `About this message: ${link}`,
  rules: {
    direct: 'It was a direct message to me.',
    mentioned: 'It mentioned me.',
    follow_up: 'It was a reply in a thread that I’m part of, and not addressed to anyone else.',
    foreign: 'It doesn’t mention me, and I’m not part of that thread.',
    unaddressed: 'It doesn’t mention me. In a channel I answer when I’m mentioned, and in threads that I’m part of.',
    acknowledged: 'It doesn’t ask for anything, like “thanks”, “OK” or an emoji.',
    to_others: 'It’s addressed to someone else.',
    own: 'It’s a message of mine.',
    app: 'It’s from an app. I only answer people.',
    notice: 'It’s a notice from Slack, such as someone joining.',
    flooded: 'Its author had too many questions waiting.',
    deleted: 'The question was deleted.',
    quarantined: 'I broke down several times while answering it, so I set it aside.',
    unknown: 'I have no record of it: I wasn’t running or wasn’t in the channel, or it was too long ago.',
  },
  nothing: 'I haven’t seen any message here yet.',
  failed: (kind: string) => `It ended with an error: ${kind}`,
  read: (read: string) => `Read: ${read}`,
  messages: (read: number, total: number) =>
    read === total
      ? `${count(read)} ${read === 1 ? 'message' : 'messages'}`
      : `${count(read)} of ${count(total)} messages`,
  notRead: (files: string) => `Not read: ${files}`,
  fileProblem: (name: string, reason: string) => `${name} (${reason})`,
  comma: ', ',
  instructions: (whose: string) => `Instructions: ${whose}`,
  whose: {
    workspace: 'for the workspace',
    channel: 'for this channel',
    person: 'of the person who asked',
    none: 'none',
  },
  model: (name: string) => `Model: ${name}`,
  tokens: (tokensIn: number, tokensOut: number, cached: number) =>
    `Tokens: ${count(tokensIn)} in${cached > 0 ? ` (${count(cached)} from the cache)` : ''}, ${count(tokensOut)} out`,
  redacted: (values: number) => `Hidden from the model: ${count(values)} private ${values === 1 ? 'value' : 'values'}`,
}
