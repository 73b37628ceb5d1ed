import { type Clock, sleepOn } from '../../src/lib/clock.ts';

/** A clock that only advances when a test moves it. */
export interface ManualClock extends Clock {
  /** Advances time and runs due timers in order, each at its time, with the work they start. */
  advance(ms: number): Promise<void>;
  /** Timers not yet run or cancelled. */
  pending(): number;
}

interface Alarm {
  atMs: number;
  task: () => void;
}

/** Lets ready promises and I/O callbacks run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function createManualClock(startMs = 1_700_000_000_000): ManualClock {
  const alarms = new Set<Alarm>();
  let nowMs = startMs;

  const next = (untilMs: number): Alarm | undefined =>
    [...alarms].filter((alarm) => alarm.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];

  const clock: ManualClock = {
    now: () => nowMs,
    after: (delayMs, task) => {
      const alarm = { atMs: nowMs + Math.max(0, delayMs), task };
      alarms.add(alarm);
      return { cancel: () => void alarms.delete(alarm) };
    },
    sleep: (delayMs, signal) => sleepOn(clock.after, delayMs, signal),
    advance: async (ms) => {
      const untilMs = nowMs + ms;
      await settle();
      for (let alarm = next(untilMs); alarm; alarm = next(untilMs)) {
        alarms.delete(alarm);
        nowMs = Math.max(nowMs, alarm.atMs);
        alarm.task();
        await settle();
      }
      nowMs = untilMs;
      await settle();
    },
    pending: () => alarms.size,
  };
  return clock;
}
