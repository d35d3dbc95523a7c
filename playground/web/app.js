// @ts-check
/** @import { Gesture } from '../protocol.ts' */
/** @import { Draft } from './composer.js' */
/** @import { Names } from './links.js' */
/** @import { Place } from './places.js' */
/** @import { createReads } from './reads.js' */
/** @import { Done } from './server.js' */
/** @import { Store, Topics } from './store.js' */
/** @import { Words } from './words.js' */

/**
 * A gesture without who does it: the page always knows that.
 * @typedef {Gesture extends infer G ? G extends Gesture ? Omit<G, 'as'> : never : never} Wish
 */

/**
 * What every view of the page is given.
 * @typedef {object} App
 * @property {Store} store
 * @property {ReturnType<typeof createReads>} reads
 * @property {Words} words
 * @property {string} lang
 * @property {Names} names
 * @property {Map<string, Draft>} drafts
 * @property {<T extends keyof Topics>(topic: T, listener: (news: Topics[T]) => unknown) => void} hear listens as long as the page is built as it is
 * @property {(wish: Wish) => Promise<Done | undefined>} act does something; when it fails a person is told, and the answer is undefined
 * @property {(sentence: string, kind?: 'error' | 'info') => void} toast
 * @property {() => Place} place
 * @property {(place: Place) => void} go
 * @property {() => void} goToDm
 * @property {(channel: string) => void} goToNew goes to a channel as soon as the page knows of it
 * @property {(pane: 'nav' | 'main' | 'thread' | 'wire') => void} showPane at a phone's width only one pane is seen
 * @property {() => void} toggleWire
 * @property {(person: string) => void} speakAs
 * @property {() => void} toggleLanguage
 */

export {}
