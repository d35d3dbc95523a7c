/** Budgets of one person in place of those of each person: a modal on top of the workspace's settings. */

import type { App, BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { z } from 'zod'
import type { I18n } from '../../i18n/catalog.ts'
import { parseJson } from '../../text/parse-json.ts'
import { openDialog } from '../open-dialog.ts'
import { formatPersonBudgets, renderOwnBudgets } from '../person-budgets.ts'
import { buildBudgetField, parseBudgets, personBudgetNames, personMenuId } from './limits-view.ts'
import { checkRights, type listenToSettings } from './settings-dialog.ts'

type Deps = Parameters<typeof listenToSettings>[1]

const callbackId = 'threadwise_person_budget'
const metadataSchema = z.object({ user: z.string().regex(/^[UW][A-Z0-9]{1,30}$/) })
const workspace = { of: 'workspace' } as const

/** Listens to the menu of people in the workspace's settings, and to the modal that it opens. */
export function listenToPersonBudgets(app: App, deps: Deps): void {
  const { policies } = deps
  app.action<BlockAction>(personMenuId, async ({ ack, body, action }) => {
    await ack()
    const user = action.type === 'users_select' ? action.selected_user : ''
    const { i18n, refusal } = await checkRights(deps, body.user.id, workspace)
    if (refusal === undefined && metadataSchema.safeParse({ user }).success)
      await openDialog(deps, body, { view: buildView(deps, user, i18n), i18n, method: 'views.push' })
  })
  app.view(callbackId, async ({ ack, body, view }) => {
    const asked = parseJson(view.private_metadata, metadataSchema)
    if (asked === undefined) return ack()
    const refuse = (errors: Record<string, string>) => ack({ response_action: 'errors', errors })
    const { i18n, refusal } = await checkRights(deps, body.user.id, workspace)
    const refuseAll = (sentence: string) => refuse({ budget_personDay: sentence })
    if (refusal !== undefined) return refuseAll(refusal)
    const { budgets, wrong } = parseBudgets(view.state.values, personBudgetNames, policies.givenFor(workspace))
    if (wrong.length > 0) return refuse(Object.fromEntries(wrong.map(({ field, sentence }) => [field, sentence(i18n)])))
    if (!(await policies.ownBudgets.change(asked.user, budgets))) return refuseAll(i18n.notSaved)
    await ack({ response_action: 'update', view: buildSavedView(deps, asked.user, i18n) })
  })
}

function buildView({ policies }: Deps, user: string, i18n: I18n): ModalView {
  const { budgets } = i18n.policy
  const usual = policies.budgets()
  const given = policies.givenFor(workspace)
  const fields = personBudgetNames.map(name => {
    const { [name]: amount } = usual
    const hint = amount === undefined ? budgets.unbounded : budgets.usual({ dollars: i18n.formats.dollars(amount) })
    return buildBudgetField(i18n, name, {
      label: budgets.own[name],
      value: policies.ownBudgets.of(user)[name],
      given,
      hint,
    })
  })
  return {
    ...frame(i18n, i18n.ask.close),
    private_metadata: JSON.stringify({ user }),
    submit: { type: 'plain_text', text: i18n.labels.settings.save },
    blocks: [section(budgets.whose({ person: `<@${user}>` })), ...fields],
  }
}

/** Builds what an admin sees when it is saved: what holds now, and for whom else. */
function buildSavedView({ policies }: Deps, user: string, i18n: I18n): ModalView {
  const { saved, savedUsual } = i18n.policy.budgets
  const budgets = formatPersonBudgets(policies.ownBudgets.of(user), i18n)
  const person = `<@${user}>`
  const all = renderOwnBudgets(policies.ownBudgets.list(), i18n)
  const sentence = budgets === '' ? savedUsual({ person }) : saved({ person, budgets })
  return {
    ...frame(i18n, i18n.labels.dialog.close),
    blocks: [section(sentence), ...(all === '' ? [] : [section(all)])],
  }
}

const frame = ({ policy }: I18n, close: string) => ({
  type: 'modal' as const,
  callback_id: callbackId,
  title: { type: 'plain_text' as const, text: policy.budgets.ownTitle },
  close: { type: 'plain_text' as const, text: close },
})

const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } })
