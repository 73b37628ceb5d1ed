import { type DestinationStream, pino } from 'pino';

/** More characters are not held until the end of the turn. */
const MAX_HELD_LENGTH = 8_192;

/**
 * Standard output for log lines. The lines of one turn of the event loop are written together, because a write of its own
 * costs more than all else that a line needs. What is held is written before the process exits, also after an uncaught
 * error; a `SIGKILL` takes the lines of one turn with it. They are held here: `flushSync` of the destination would wait for the
 * disk each time, where standard output is a file.
 */
export function createStandardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, minLength: 0 });
  let held = '';
  let isPlanned = false;
  const flush = (): void => {
    if (held === '') return;
    const lines = held;
    held = '';
    output.write(lines);
  };
  process.on('exit', () => {
    flush();
    output.flushSync();
  });
  return {
    write(line) {
      held += line;
      if (held.length > MAX_HELD_LENGTH) flush();
      if (isPlanned) return;
      isPlanned = true;
      setImmediate(() => {
        isPlanned = false;
        flush();
      });
    },
  };
}
