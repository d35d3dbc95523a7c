/** Reasons why a file is skipped. Each has its own next step, so the person is told which one it was. */
type SkipReason =
  /** It lives outside Slack (a linked document): its address could be anyone's, so it is never fetched. */
  | 'external'
  | 'deleted'
  /** Slack hides files beyond the limit of a free workspace. */
  | 'hidden_by_limit'
  /** Slack Connect: the event says only that the file exists, `files.info` has the rest. */
  | 'needs_file_info'
  /** More bytes than the limit. */
  | 'too_large'
  /** More time or memory than one document may cost, for example when it is unpacked. */
  | 'too_costly'
  | 'host_not_allowed'
  | 'redirected'
  /** Slack did not accept the token for this file; the scope `files:read` is the usual cause. */
  | 'login_page'
  | 'not_found'
  /** A kind of file that has no text and is no picture. */
  | 'unreadable_type'
  /** Text in an encoding that cannot be told for certain. */
  | 'unknown_encoding'
  /** A PDF whose pages hold no characters: a scan, or drawings. */
  | 'no_text'
  /** The program that recognizes text in pictures ended without any. */
  | 'recognition_failed'
  | 'heic'
  /** A picture that models do not take. */
  | 'image_type'
  /** A document or presentation in a form that only its own program reads, such as old Word and Pages. */
  | 'office'
  /** The same of a spreadsheet, such as old or binary Excel. */
  | 'spreadsheet'
  | 'archive'
  /** A recording in a format that cannot be cut, or that nothing transcribes. */
  | 'audio'
  | 'video'
  | 'recording_too_large'
  /** A video without a sound track. */
  | 'no_sound'
  /** A recording in which nobody speaks, or that is too short for it. */
  | 'no_speech'
  /** The model server has no transcription, or not by that model. */
  | 'no_transcriber'
  | 'transcriber_key'
  | 'transcription_failed'
  | 'empty'
  | 'damaged'
  | 'encrypted'
  | 'download_failed'
  /** The bytes are not what the file's type promises: a PNG that holds an error text. */
  | 'type_mismatch'

/** Ends the reading of one file with a reason for the person; never leaves the reader. */
export class FileSkipped extends Error {
  readonly reason: SkipReason

  constructor(reason: SkipReason) {
    super(`the file was skipped: ${reason}`)
    this.name = 'FileSkipped'
    this.reason = reason
  }
}
