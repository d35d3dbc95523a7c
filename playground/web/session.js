// @ts-check
/** @import { Snapshot } from '../protocol.ts' */
import { followHash, goToDm, isDm, openThreadOf, place } from './places.js'
import { loadReads } from './reads.js'
import { follow } from './server.js'
import { apply, as, channels, isLive, load } from './state.js'

let stopFollowing = () => {}

/** Shows the workspace as one person sees it, who then speaks here. @param {string} person */
export const speakAs = person => {
  localStorage.setItem('threadwise.as', person)
  stopFollowing()
  stopFollowing = follow(person, {
    onSnapshot,
    onChange: change => {
      apply(change)
      if (change.type === 'status' && change.status.status) openThreadOf(change.status.channel, change.status.threadTs)
    },
    onLive: live => {
      isLive.value = live
    },
  })
}

/** @param {Snapshot} snapshot */
const onSnapshot = snapshot => {
  const isOther = as.value !== snapshot.as
  const wasDm = isDm(place.value)
  load(snapshot)
  loadReads()
  if (isOther && wasDm) goToDm()
  else if (isOther || (place.value.kind === 'channel' && !channels.value.has(place.value.channel))) followHash()
}
