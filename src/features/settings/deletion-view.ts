import type { ModalView } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import type { Store } from '../../store/store.ts'
import { parseJson } from '../../text/parse-json.ts'
import { type loadPolicies, retentionSchema } from './policies.ts'

interface Deps {
  policies: Pick<Awaited<ReturnType<typeof loadPolicies>>, 'retention'>
  store: Pick<Store, 'forgetting'>
}
type Retention = NonNullable<Parameters<Deps['policies']['retention']>[0]>

/** Builds the modal that asks whether what is older than a new retention may be deleted. Resolves with undefined if nothing is. */
export async function askToDelete(
  { policies, store }: Deps,
  chosen: Retention,
  i18n: I18n,
): Promise<ModalView | undefined> {
  const [now, next] = [policies.retention(), policies.retention(chosen)]
  const isShorter = (['labelDays', 'turnDays'] as const).some(
    name => (next[name] ?? Number.POSITIVE_INFINITY) < (now[name] ?? Number.POSITIVE_INFINITY),
  )
  if (!isShorter) return undefined
  const { retention } = i18n.policy
  const counts = await store.forgetting.countOld(next)
  const old = (['labels', 'ratings', 'turns', 'usage'] as const).filter(name => counts[name] > 0)
  if (old.length === 0) return undefined
  const what = i18n.formats.and(old.map(name => retention.old[name]({ count: counts[name] })))
  return buildDeletionView(i18n, retention.deletes({ what }), chosen)
}

/** Builds a modal that says something about the retention, and asks for consent to it if there is one to save. */
export function buildDeletionView({ policy, labels, home }: I18n, sentence: string, chosen?: Retention): ModalView {
  return {
    type: 'modal',
    callback_id: 'threadwise_retention',
    title: plain(policy.retention.confirmTitle),
    close: plain(chosen === undefined ? labels.dialog.close : home.forgetDeny),
    ...(chosen !== undefined && { private_metadata: JSON.stringify(chosen), submit: plain(home.forgetConfirm) }),
    blocks: [{ type: 'section', text: plain(sentence) }],
  }
}

/** Parses the retention that a person consents to. */
export const parseConsent = (metadata: string): Retention | undefined => parseJson(metadata, retentionSchema)
