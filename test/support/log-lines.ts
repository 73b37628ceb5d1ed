/** A line of the log. */
export type LogLine = Record<string, unknown> & { level: string; msg: string };

/** The lines with this message that have these fields, in order. */
export function linesOf(
  logLines: readonly string[],
  msg: string,
  fields: Record<string, unknown> = {},
): LogLine[] {
  return logLines
    .map((line) => JSON.parse(line) as LogLine)
    .filter(
      (line) => line.msg === msg && Object.entries(fields).every(([key, value]) => line[key] === value),
    );
}
