import type { CommandIo } from '../io.ts';
import { harmless } from './lines.ts';

/** Where progress is shown: lines that stay, and on a terminal one line below them that is written anew. */
export interface Screen {
  /** Writes what stays: text for people, or with `--json` the object on one line. */
  say(text: string, json: object): void;
  /** Ends the line that is written anew. */
  close(): void;
  /** The width for texts; undefined where there is no terminal. */
  columns(): number | undefined;
}

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const FRAME_MS = 120;
const CLEAR_LINE = '\r\u001b[2K';

/** @param status what the line that is written anew says now; it is cut at the width of the terminal */
export function createScreen(
  { terminal, writeOut }: Pick<CommandIo, 'terminal' | 'writeOut'>,
  { json, status }: { json: boolean; status(): string },
): Screen {
  if (json || terminal === undefined) {
    return {
      say: (text, object) => writeOut(`${json ? JSON.stringify(object) : text}\n`),
      close: () => undefined,
      columns: () => undefined,
    };
  }
  let frame = 0;
  const draw = (): void => {
    const line = harmless(status()).replaceAll('\n', ' ');
    const cut = [...`${FRAMES[frame % FRAMES.length]} ${line}`].slice(0, terminal.columns() - 1).join('');
    writeOut(`${CLEAR_LINE}${terminal.hasColors ? `\u001b[2m${cut}\u001b[22m` : cut}`);
  };
  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, FRAME_MS);
  return {
    say(text) {
      writeOut(`${CLEAR_LINE}${text}\n`);
      draw();
    },
    close() {
      clearInterval(timer);
      writeOut(CLEAR_LINE);
    },
    columns: terminal.columns,
  };
}
