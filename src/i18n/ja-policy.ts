import type { policy as en } from './en-policy.ts'

export const policy: typeof en = {
  help: '`/threadwise settings` でこのチャンネルでの答え方を設定します（管理者とチャンネルの作成者向け）。`/threadwise settings workspace` ではワークスペース全体を設定します（管理者向け）\n`/threadwise why` で、私が答えた理由や答えなかった理由を確認できます\n`/threadwise help` でこの説明を表示します',
  title: { workspace: 'ワークスペースの設定', channel: 'チャンネルの設定' },
  where: {
    workspace: 'このワークスペースでのすべての回答に適用されます。',
    channel: name => `#${name} でのすべての回答に、ワークスペースの指示に続けて適用されます。`,
  },
  choose: 'チャンネルを選んで設定…',
  label: '回答についての指示',
  placeholder: '当社はホテルです。顧客は「お客様」と呼び、2〜3 文で答えてください。',
  limits: '口調、長さ、言語、形式を指定できます。安全のためのルールは変えられません。',
  preview: 'モデルに伝わる内容を見る',
  previewOf: '私自身のルールに続けて、モデルには次のように伝えます：',
  previewNone: '指示がなければ、モデルには私自身のルールだけを伝えます。',
  onlyAdmins: 'この設定を変更できるのは、ワークスペースの管理者だけです。',
  onlyManagers: 'この設定を変更できるのは、ワークスペースの管理者とこのチャンネルの作成者だけです。',
}
