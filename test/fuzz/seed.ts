/** Properties are tried from the same seed in each run of the suite, and from a new one by `npm run fuzz`. */

import fc from 'fast-check'
import { fuzzing } from './mutate.ts'

fc.configureGlobal({ seed: fuzzing.seed })
