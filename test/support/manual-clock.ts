import { type Clock, sleepOn } from '../../src/lib/clock.ts';

/** A clock that only advances when a test moves it. */
export interface ManualClock extends Clock {
  /** Advances time and runs due timers in order, each at its time, with the work they start. */
  advance(ms: number): Promise<void>;
  /** Lets time pass without running timers, as in a process that stands still. */
  suspend(ms: number): void;
  /** Sets the time as an operator or NTP does: timers keep the time that is left to them. */
  set(nowMs: number): void;
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
  let steadyMs = startMs;
  let offsetMs = 0;

  const next = (untilMs: number): Alarm | undefined =>
    [...alarms].filter((alarm) => alarm.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];

  const clock: ManualClock = {
    now: () => steadyMs + offsetMs,
    steadyMs: () => steadyMs,
    evenMs: () => steadyMs,
    after: (delayMs, task) => {
      const alarm = { atMs: steadyMs + Math.max(0, delayMs), task };
      alarms.add(alarm);
      return { cancel: () => void alarms.delete(alarm) };
    },
    sleep: (delayMs, signal) => sleepOn(clock.after, delayMs, signal),
    advance: async (ms) => {
      const untilMs = steadyMs + ms;
      await settle();
      for (let alarm = next(untilMs); alarm; alarm = next(untilMs)) {
        alarms.delete(alarm);
        steadyMs = Math.max(steadyMs, alarm.atMs);
        alarm.task();
        await settle();
      }
      steadyMs = untilMs;
      await settle();
    },
    suspend: (ms) => {
      steadyMs += ms;
    },
    set: (nowMs) => {
      offsetMs = nowMs - steadyMs;
    },
    pending: () => alarms.size,
  };
  return clock;
}
