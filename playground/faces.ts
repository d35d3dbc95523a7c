import { createHash } from 'node:crypto'
import { peopleIds } from './slack-emulator/people.ts'

/** Pictures of people who do not exist: a face drawn from the person's id, the same each time. */

const grounds = ['#cfe3dd', '#f3d9c4', '#d6d9f0', '#f0d3da', '#dbe6c4', '#e5d8ec']
const skins = ['#f2cfb1', '#e0ac83', '#c68a5e', '#8d5a3b', '#f6dcc8']
const hairs = ['#2b211c', '#5a3a22', '#8c5a2b', '#191b22', '#b5793a', '#6b6b70']
const shirts = ['#12655c', '#8a4b07', '#3a4a86', '#8c3250', '#4d6b22', '#5a4474']

/** Hair, behind and in front of the head. */
const styles = [
  { behind: '', front: 'M11 19c-1-12 19-12 18 0-2-4-5-6-9-6s-7 2-9 6z' },
  { behind: 'M9 29V17C9 5 31 5 31 17v12z', front: 'M11.500 18c0-9 17-9 17 0-4 0-7-2-9-5-2 3-4 5-8 5z' },
  { behind: 'M10 24V16C10 6 30 6 30 16v8z', front: 'M11.500 19c-1-11 18-11 17 0-1-3-3-5-6-5l-11 5z' },
  { behind: 'M20 2a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9z', front: 'M11.500 18c0-10 17-10 17 0-3-4-14-4-17 0z' },
]

/** Hair, its colour, ground, shirt and skin of those who are always there. */
const looks: Record<string, number[]> = {
  [peopleIds.dana]: [2, 2, 3, 1, 0],
  [peopleIds.lee]: [0, 0, 4, 4, 3],
  [peopleIds.mei]: [1, 3, 1, 0, 4],
  [peopleIds.admin]: [0, 5, 2, 2, 0],
}

/** Draws the face of a person, as SVG. */
export function drawFace(id: string): string {
  const look = looks[id] ?? [...createHash('sha256').update(id).digest()]
  const pick = <T>(list: readonly T[], byte: number) => list[(look[byte] ?? 0) % list.length]
  const { behind, front } = pick(styles, 0) ?? { behind: '', front: '' }
  const hair = pick(hairs, 1)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
<rect width="40" height="40" fill="${pick(grounds, 2)}"/>
<path d="${behind}" fill="${hair}"/>
<path d="M5 42c0-9 7-12 15-12s15 3 15 12z" fill="${pick(shirts, 3)}"/>
<path d="M16.500 26h7v5a3.500 3.500 0 0 1-7 0z" fill="${pick(skins, 4)}"/>
<ellipse cx="20" cy="19.500" rx="8.500" ry="9.500" fill="${pick(skins, 4)}"/>
<path d="${front}" fill="${hair}"/>
<path d="M16.500 20v.6M23.500 20v.6" stroke="#2a2420" stroke-width="1.800" stroke-linecap="round"/>
<path d="M17 24.500c1.500 1.700 4.500 1.700 6 0" fill="none" stroke="#2a2420" stroke-width="1.200" stroke-linecap="round"/>
</svg>`
}
