import type { UpstreamLogger } from '../logger.ts';

/** When a request was sent and its headers came, by our clock, and what the upstream's clock said. */
export interface ClockSample {
  dateHeader: string | undefined;
  sentAtMs: number;
  headersAtMs: number;
}

/** How far the upstream's clock is ahead of ours, learned from its `Date` headers. */
export interface ClockOffset {
  /** To be added to our time when signing; 0 until a sample shows a difference worth correcting. */
  offsetMs(): number;
  /**
   * One odd `Date` (a cached answer) moves nothing: a change needs two samples in a row that agree. Unless
   * the answer refused our signature: then the first one counts, for there is nothing to lose.
   */
  learn(sample: ClockSample, wasRefused: boolean): void;
  /** A signature made with this offset was accepted. */
  confirm(usedOffsetMs: number): void;
  /** False while the difference is large and no signature made with the correction was ever accepted. */
  isTrusted(): boolean;
}

/** `Date` counts whole seconds: on average the true time is half a second later, and up to half off. */
const HALF_SECOND_MS = 500;
/** What is left to differ, beyond the sample's own uncertainty, before it is worth correcting. */
const WORTH_CORRECTING_MS = 1_000;
/** Two offsets closer than this are the same clock; a difference this large may explain a refused signature. */
export const SAME_CLOCK_MS = 2_000;
/** A clock this far off is a likelier cause of a refused signature than the credential. */
const LARGE_OFFSET_MS = 60_000;
/** An answer dated before this project began is not a clock. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);

/** Makes the memory of one host's clock. */
export function createClockOffset(): ClockOffset {
  let offsetMs = 0;
  let candidateMs = 0;
  let confirmed = false;

  /** The offset after a sample; one that fits what is known changes nothing, nonsense neither. */
  const refine = ({ dateHeader, sentAtMs, headersAtMs }: ClockSample): number => {
    const dateMs = Date.parse(dateHeader ?? '');
    if (Number.isNaN(dateMs) || dateMs < EARLIEST_MS) return offsetMs;
    const uncertaintyMs = HALF_SECOND_MS + Math.max(0, headersAtMs - sentAtMs) / 2;
    const differenceMs = dateMs + HALF_SECOND_MS - (sentAtMs + headersAtMs) / 2;
    if (Math.abs(differenceMs - offsetMs) <= uncertaintyMs) return offsetMs;
    return Math.abs(differenceMs) > WORTH_CORRECTING_MS + uncertaintyMs ? Math.round(differenceMs) : 0;
  };

  return {
    offsetMs: () => offsetMs,
    learn: (sample, wasRefused) => {
      const refinedMs = refine(sample);
      const isBelieved = wasRefused || Math.abs(refinedMs - candidateMs) <= SAME_CLOCK_MS;
      candidateMs = refinedMs;
      if (!isBelieved) return;
      if (Math.abs(refinedMs - offsetMs) > SAME_CLOCK_MS) confirmed = false;
      offsetMs = refinedMs;
    },
    confirm: (usedOffsetMs) => {
      if (Math.abs(usedOffsetMs - offsetMs) <= SAME_CLOCK_MS) confirmed = true;
    },
    isTrusted: () => confirmed || Math.abs(offsetMs) <= LARGE_OFFSET_MS,
  };
}

/** Learns from what an answer tells of the time, and logs when the difference moved. */
export function createClockReader(offset: ClockOffset, logger: UpstreamLogger) {
  return (
    answer: { header(name: string): string | undefined; sentAtMs: number; headersAtMs: number },
    wasRefused: boolean,
  ): void => {
    const beforeMs = offset.offsetMs();
    const { sentAtMs, headersAtMs } = answer;
    offset.learn({ dateHeader: answer.header('date'), sentAtMs, headersAtMs }, wasRefused);
    const offsetMs = offset.offsetMs();
    if (Math.abs(offsetMs - beforeMs) > SAME_CLOCK_MS) logger('warn', 'upstream clock differs', { offsetMs });
  };
}
