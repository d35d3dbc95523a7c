import type { LabelRecord, NewLabel } from '../../store/labels.ts'

/** A text that waits for its labels. */
export function buildWaitingRecord(subject: NewLabel): LabelRecord {
  return { ...subject, state: 'waiting', labels: [], version: '', model: '', correctedBy: undefined }
}
