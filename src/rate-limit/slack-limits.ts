/**
 * Slack's published calls a minute for the whole workspace: tier 2 is 20, tier 3 is 50, tier 4 is 100. Source:
 * docs.slack.dev/apis/web-api/rate-limits. `chat.postMessage` is limited a channel; its figure is the workspace's cap.
 */
export const publishedPerMinute: Record<string, number> = {
  'chat.postMessage': 300,
  'chat.update': 50,
  'chat.startStream': 20,
  'chat.appendStream': 100,
  'chat.stopStream': 20,
  'chat.postEphemeral': 100,
  'assistant.threads.setStatus': 50,
  'assistant.threads.setTitle': 100,
  'assistant.threads.setSuggestedPrompts': 50,
  'views.publish': 100,
}

export const unlistedPerMinute = 50
