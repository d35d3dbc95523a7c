/** Reasons why a document is not read, for the person who sent it. */
type Problem =
  | 'damaged'
  | 'encrypted'
  | 'empty'
  | 'no_text'
  | 'too_costly'
  | 'archive'
  | 'office'
  | 'spreadsheet'
  | 'image_type'
  | 'recognition_failed'

/** Ends the reading of one document with a reason. Crosses from the worker thread as that reason only. */
export class DocumentProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`the document cannot be read: ${problem}`)
    this.name = 'DocumentProblem'
    this.problem = problem
  }
}
