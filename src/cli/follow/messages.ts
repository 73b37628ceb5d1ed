import { describePart, isWhole } from './lines.ts';
import type { Message, Part } from './model.ts';

/** Says each part of a conversation once, when it is whole. Messages come again each time they have changed. */
export interface MessageTeller {
  /** Takes a message as it is now. */
  take(message: Message): void;
  /** Says what has been held back, because nothing more comes. */
  flush(): void;
  /** What is being written at the moment; empty when nothing is. */
  underway(): string;
}

/** @param say gets each part, as a text for people */
export function createMessageTeller(
  say: (text: string) => void,
  columns: () => number | undefined,
): MessageTeller {
  /** Index of a message → how many of its parts were said. */
  const said = new Map<number, number>();
  let newest: Message | undefined;

  /** @param isOver nothing of the message changes any more */
  const sayParts = (message: Message, isOver: boolean): void => {
    let count = said.get(message.index) ?? 0;
    for (const [index, part] of message.parts.entries()) {
      if (index < count) continue;
      // A part is over when another one follows it.
      if (!isOver && !isWhole(part) && index === message.parts.length - 1) break;
      if (!isOver && isPending(part)) break;
      const text = describePart(message, part, columns());
      if (text !== undefined) say(text);
      count = index + 1;
    }
    said.set(message.index, count);
  };

  return {
    take(message) {
      if (newest !== undefined && message.index > newest.index) sayParts(newest, true);
      if (newest === undefined || message.index >= newest.index) newest = message;
      sayParts(message, message.index < newest.index);
    },
    flush() {
      if (newest !== undefined) sayParts(newest, true);
    },
    underway() {
      const part = newest?.parts.at(-1);
      if (newest === undefined || part === undefined || (said.get(newest.index) ?? 0) >= newest.parts.length)
        return '';
      return part.toolName ?? part.text ?? '';
    },
  };
}

/** A tool that has not answered yet, although other parts may follow it. */
function isPending({ toolName, state }: Part): boolean {
  return toolName !== undefined && (state === 'input-streaming' || state === 'input-available');
}
