import { type DestinationStream, pino } from 'pino';

/** Lines of more bytes are written at once. */
const MAX_HELD_BYTES = 8_192;

/**
 * Standard output for log lines. The lines of one turn of the event loop are written together, because a write of its own
 * costs more than all else that a line needs. What is held is written before the process exits, also after an uncaught
 * error; a `SIGKILL` takes the lines of one turn with it.
 */
export function createStandardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, minLength: MAX_HELD_BYTES });
  let isPlanned = false;
  const flush = (): void => {
    isPlanned = false;
    output.flushSync();
  };
  process.on('exit', () => output.flushSync());
  return {
    write(line) {
      output.write(line);
      if (isPlanned) return;
      isPlanned = true;
      setImmediate(flush);
    },
  };
}
