// @ts-check

/** The emoji that people and bots use most, by Slack's names. Others are shown as `:name:`. */
const pictures = new Map(
  (
    '+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 heart ❤️ tada 🎉 eyes 👀 smile 😄 smiley 😃 grinning 😀 joy 😂 wink 😉 ' +
    'slightly_smiling_face 🙂 blush 😊 thinking_face 🤔 sweat_smile 😅 sob 😭 cry 😢 angry 😠 rage 😡 ' +
    'open_mouth 😮 sunglasses 😎 raised_hands 🙌 clap 👏 pray 🙏 wave 👋 muscle 💪 ok_hand 👌 point_up ☝️ ' +
    'point_right 👉 point_down 👇 point_left 👈 handshake 🤝 fire 🔥 rocket 🚀 star ⭐ sparkles ✨ zap ⚡ boom 💥 ' +
    '100 💯 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ warning ⚠️ no_entry ⛔ ' +
    'question ❓ exclamation ❗ bulb 💡 bug 🐛 wrench 🔧 hammer 🔨 gear ⚙️ lock 🔒 key 🔑 mag 🔍 memo 📝 ' +
    'pencil ✏️ pencil2 ✏️ book 📖 books 📚 bookmark 🔖 clipboard 📋 calendar 📅 date 📅 clock 🕐 hourglass ⌛ ' +
    'hourglass_flowing_sand ⏳ stopwatch ⏱️ alarm_clock ⏰ bell 🔔 mega 📣 loudspeaker 📢 speech_balloon 💬 ' +
    'thought_balloon 💭 email 📧 envelope ✉️ inbox_tray 📥 outbox_tray 📤 package 📦 file_folder 📁 page_facing_up 📄 ' +
    'bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 computer 💻 phone ☎️ camera 📷 ' +
    'microphone 🎤 headphones 🎧 speaker 🔈 art 🎨 robot_face 🤖 ghost 👻 skull 💀 see_no_evil 🙈 brain 🧠 ' +
    'seedling 🌱 deciduous_tree 🌳 four_leaf_clover 🍀 sunny ☀️ cloud ☁️ umbrella ☂️ snowflake ❄️ rainbow 🌈 ' +
    'coffee ☕ tea 🍵 pizza 🍕 cake 🍰 beers 🍻 gift 🎁 trophy 🏆 medal 🏅 checkered_flag 🏁 construction 🚧 ' +
    'rotating_light 🚨 red_circle 🔴 large_blue_circle 🔵 large_green_circle 🟢 large_yellow_circle 🟡 ' +
    'white_circle ⚪ black_circle ⚫ arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ repeat 🔁 ' +
    'recycle ♻️ link 🔗 paperclip 📎 pushpin 📌 wastebasket 🗑️ stop_sign 🛑 information_source ℹ️ one 1️⃣ two 2️⃣ three 3️⃣'
  )
    .split(/\s+/)
    .reduce(
      (pairs, word, index, all) => {
        if (index % 2 === 0) pairs.push([word, all[index + 1] ?? ''])
        return pairs
      },
      /** @type {[string, string][]} */ ([]),
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
  for (const [known, picture] of pictures) if (picture === name) return known
  return name
}
