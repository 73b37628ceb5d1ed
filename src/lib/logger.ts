/** One level of a logger: what belongs to the line, then the line. */
type Write = (fields: object, message: string) => void;

/** What the rooms need of a logger; pino fits. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}
