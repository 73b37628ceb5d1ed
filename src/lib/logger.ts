/** Writes one line: its fields, then its message. */
type Write = (fields: object, message: string) => void;

/** The part of pino that the code uses. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}
