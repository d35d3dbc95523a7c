/**
 * Returns the environment of a process that reads what people sent: nothing of this one's, where the tokens are, but the folder of
 * compiled modules, with which such a process starts in half the time.
 */
export function buildChildEnvironment(): Record<string, string> {
  const { NODE_COMPILE_CACHE } = process.env
  return NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }
}
