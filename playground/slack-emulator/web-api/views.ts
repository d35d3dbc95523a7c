import type { SlackJson } from '../../protocol.ts'
import { need, object, text } from '../args.ts'
import type { Core } from '../core.ts'
import { Refusal } from '../refusal.ts'
import type { OpenView } from '../views.ts'
import type { Methods } from './method.ts'

/** Modals and Home. */
export function createViewMethods({ people, triggers, views }: Core): Methods {
  const viewOf = (args: SlackJson): SlackJson => {
    const view = object(args, 'view', 'invalid_arguments')
    if (!view) throw new Refusal('invalid_arguments')
    return view
  }
  function find(args: SlackJson): OpenView {
    const id = text(args, 'view_id')
    const externalId = text(args, 'external_id')
    const view = id ? views.find(id) : externalId ? views.findExternal(externalId) : undefined
    if (!view) throw new Refusal('not_found')
    return view
  }
  return {
    'views.open': {
      scopes: [],
      run(args) {
        const view = viewOf(args)
        return { view: views.open(triggers.exchange(need(args, 'trigger_id')), view).view }
      },
    },
    'views.push': {
      scopes: [],
      run(args) {
        const view = viewOf(args)
        return { view: views.push(triggers.exchange(need(args, 'trigger_id')), view).view }
      },
    },
    'views.update': {
      scopes: [],
      run: args => ({ view: views.update(find(args), viewOf(args), text(args, 'hash')).view }),
    },
    'views.publish': {
      scopes: [],
      run(args) {
        const user = need(args, 'user_id')
        if (!people.get(user)) throw new Refusal('user_not_found')
        return { view: views.publish(user, viewOf(args), text(args, 'hash')).view }
      },
    },
  }
}
