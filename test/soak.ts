/** `npm run test:soak` runs the long versions of these stories, `npm run test:all` short ones with the same seeds. */
export const bySoak = <T = number>(short: T, long: T): T => (process.env.SOAK === 'on' ? long : short)
