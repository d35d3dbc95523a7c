// @ts-check

/** All emoji by Slack's names. Others are shown as `:name:`. @type {Map<string, string>} */
const pictures = new Map(
  Object.entries(
    await fetch('/page/emoji.json').then(
      response => response.json(),
      () => ({}),
    ),
  ),
)

/** What the reaction menu offers first. */
export const quickReactions = ['+1', '-1', 'eyes', 'white_check_mark', 'heart', 'tada', 'joy', 'thinking_face']

/**
 * The picture of an emoji name; a name that is not known stands between colons, as in Slack.
 * @param {string} name
 * @returns {string}
 */
export const toEmoji = name => pictures.get(name.replace(/::skin-tone-\d$/, '')) ?? `:${name}:`

/**
 * A reaction's name as a person types it: `:Tada:`, `tada` and the picture itself all mean `tada`.
 * @param {string} typed
 * @returns {string}
 */
export const toEmojiName = typed => {
  const name = typed.trim().replace(/^:|:$/g, '').toLowerCase()
  const bare = withoutVariation(name)
  for (const [known, picture] of pictures) if (withoutVariation(picture) === bare) return known
  return name
}

/** Some keyboards add to a picture that it is to be drawn in colour. @param {string} text */
const withoutVariation = text => text.replaceAll('\uFE0F', '')
