/** `npm run test:soak` runs the long versions of these stories, `npm test` short ones with the same seeds. */
export const bySoak = (short: number, long: number): number => (process.env.SOAK === 'on' ? long : short)
