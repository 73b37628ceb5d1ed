/**
 * How much of a message a stream has sent: the number of its parts, and of each unfinished part how much. Together with
 * the message as it is now, this is what a client has.
 */
export interface TellingPosition {
  /** The index of the first message of the conversation that the UI message is made of. */
  first: number;
  parts: number;
  /** By the number of the part: the characters of an open text, or the state of a tool without a last output. */
  open: ReadonlyMap<number, number | OpenToolState>;
}

/** Input under way, input, approval asked for, preliminary output. */
export type OpenToolState = 's' | 'i' | 'q' | 'p';

/** A position that a client resumes from. */
export interface ResumePosition extends TellingPosition {
  /** The revision up to which the stream has sent the messages. */
  revision: number;
}

const WHOLE = String.raw`\d{1,16}`;
const FORM = new RegExp(`^(${WHOLE})\\.(${WHOLE})\\.(${WHOLE})((?:\\.${WHOLE}(?:t${WHOLE}|s|i|q|p))*)$`);

/** The id of an event: the revision, then what a resumption needs. */
export function formatPosition(revision: number, { first, parts, open }: TellingPosition): string {
  const rest = [...open].map(([part, at]) => `.${part}${typeof at === 'number' ? `t${at}` : at}`);
  return `${revision}.${first}.${parts}${rest.join('')}`;
}

/** @returns undefined for what is no id of a chat's stream */
export function parsePosition(text: string): ResumePosition | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, revision, first, parts, rest] = FORM.exec(text) ?? [];
  if (revision === undefined) return undefined;
  const open = (rest ?? '')
    .split('.')
    .slice(1)
    .map((one): [number, number | OpenToolState] => {
      const part = Number.parseInt(one, 10);
      const [, length] = one.split('t');
      return [part, length === undefined ? (one.at(-1) as OpenToolState) : Number(length)];
    });
  return { revision: Number(revision), first: Number(first), parts: Number(parts), open: new Map(open) };
}

/** Hundreds of open parts. */
const MAX_LENGTH = 8_000;
