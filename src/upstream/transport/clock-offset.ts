import type { UpstreamLogger } from '../logger.ts';

/** Times of one request by `Clock.evenMs`, and the `Date` header of its response. */
export interface ClockSample {
  dateHeader: string | undefined;
  sentAtMs: number;
  headersAtMs: number;
}

/**
 * How far the upstream's clock is ahead of the gateway's, learned from `Date` headers. The gateway's clock is that of
 * `Clock.evenMs`: when the clock of the host is set, the offset stays right.
 */
export interface ClockOffset {
  /** Milliseconds to add to the gateway's time when signing; 0 until a sample shows a difference that matters. */
  offsetMs(): number;
  /**
   * Takes a sample. The offset changes after two samples in a row that agree, because one `Date` may come from a
   * cached response. If the response refused the signature, one sample is enough.
   */
  learn(sample: ClockSample, wasRefused: boolean): void;
  /** Notes that the upstream accepted a signature made with this offset. */
  confirm(usedOffsetMs: number): void;
  /** False while the offset is large and no signature made with it was accepted. */
  isTrusted(): boolean;
}

/** `Date` has whole seconds: on average the true time is half a second later, plus or minus half a second. */
const HALF_SECOND_MS = 500;
/** Smaller differences, beyond the sample's own uncertainty, are not corrected. */
const WORTH_CORRECTING_MS = 1_000;
/** Offsets closer than this count as equal; a larger difference may explain a refused signature. */
export const SAME_CLOCK_MS = 2_000;
/** With a larger offset, the clock is a more likely cause of a refused signature than the credential. */
const LARGE_OFFSET_MS = 60_000;
/** An earlier `Date` is ignored. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);

/** Creates the offset of one host's clock. */
export function createClockOffset(): ClockOffset {
  let offsetMs = 0;
  let candidateMs = 0;
  let confirmed = false;

  /** The offset that a sample suggests; the current one when the sample agrees with it or is not usable. */
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

/** Returns a function that learns the offset from a response, and logs a change of it. */
export function createClockReader(offset: ClockOffset, logger: UpstreamLogger) {
  return (
    response: { header(name: string): string | undefined; sentAtMs: number; headersAtMs: number },
    wasRefused: boolean,
  ): void => {
    const beforeMs = offset.offsetMs();
    const { sentAtMs, headersAtMs } = response;
    offset.learn({ dateHeader: response.header('date'), sentAtMs, headersAtMs }, wasRefused);
    const offsetMs = offset.offsetMs();
    if (Math.abs(offsetMs - beforeMs) > SAME_CLOCK_MS) logger('warn', 'upstream clock differs', { offsetMs });
  };
}
