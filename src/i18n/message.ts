import { IntlMessageFormat } from 'intl-messageformat'

/** Reads `{name}`, `{count, number}`, `{at, date, …}`, `{count, plural, …}` or `{kind, select, …}` behind its brace; a branch's text is none of these. */
type Argument<Rest extends string> = Rest extends `${infer Inside}}${string}`
  ? Inside extends `${infer Name}, ${infer Kind}`
    ? Name extends `${string}${' ' | '{' | '#'}${string}` | ''
      ? unknown
      : Kind extends 'number' | `plural,${string}`
        ? Record<Name, number>
        : Kind extends `select,${string}`
          ? Record<Name, string | boolean>
          : Kind extends `date, ${string}`
            ? Record<Name, Date>
            : unknown
    : Inside extends `${string}${' ' | '{' | '#'}${string}` | ''
      ? unknown
      : Record<Inside, string | number>
  : unknown

type Arguments<Text extends string> = Text extends `${string}{${infer Rest}`
  ? Argument<Rest> & Arguments<Rest>
  : unknown

type Message<Text extends string> = Text extends `${string}{${string}` ? (values: Arguments<Text>) => string : string

/** The messages of a catalogue: a text, or a function where the text has arguments. */
type Messages<Texts> = Texts extends string ? Message<Texts> : { readonly [Key in keyof Texts]: Messages<Texts[Key]> }

/** Creates formatters anew for each text: a cache of them per message takes more memory than their time is worth. */
const options: ConstructorParameters<typeof IntlMessageFormat>[3] = {
  formatters: {
    getNumberFormat: (...args) => new Intl.NumberFormat(...(args as ConstructorParameters<typeof Intl.NumberFormat>)),
    getDateTimeFormat: (...args) => new Intl.DateTimeFormat(...args),
    getPluralRules: (...args) => new Intl.PluralRules(...args),
  },
  ignoreTag: true,
}

/** Creates the messages of a catalogue in a language. A message is parsed when it is first said. */
export function createMessages<Texts>(texts: Texts, language: string): Messages<Texts> {
  const toMessage = (text: unknown): unknown => {
    if (typeof text === 'string') return text.includes('{') ? createMessage(text, language) : text
    return Object.fromEntries(Object.entries(text as object).map(([key, part]) => [key, toMessage(part)]))
  }
  return toMessage(texts) as Messages<Texts>
}

function createMessage(text: string, language: string) {
  let format: IntlMessageFormat | undefined
  return (values: Record<string, string | number | boolean | Date>): string => {
    format ??= new IntlMessageFormat(text, language, undefined, options)
    return String(format.format(values))
  }
}
