/** The sentences about what a team or a person sets, and about why the bot answered, in English. */
export const policy = {
  help: '`/threadwise settings` sets how I answer in this channel (for admins and the person who created it); `/threadwise settings workspace` does so everywhere (for admins)\n`/threadwise why` tells you why I answered, or kept silent\n`/threadwise help` shows this',
  title: { workspace: 'Workspace settings', channel: 'Channel settings' },
  where: {
    workspace: 'For every answer in this workspace.',
    channel: (name: string) => `For every answer in #${name}, after the instructions for the workspace.`,
  },
  choose: 'Settings of a channel…',
  label: 'Instructions for my answers',
  placeholder: 'We’re a hotel. Call our customers guests, and answer in two or three sentences.',
  limits: 'They shape tone, length, language and form. They can’t change my safety rules.',
  preview: 'Show what the model is told',
  previewOf: 'The model is told this, after my own rules:',
  previewNone: 'Without instructions, the model is only told my own rules.',
  onlyAdmins: 'Only admins of this workspace can change its settings.',
  onlyManagers: 'Only admins of this workspace and the person who created this channel can change its settings.',
}
