/** Durations of a deployment's phases, in the simulator's time. */
export interface Pace {
  /** Shortest time in the queue; longer while every node is in use. */
  queueMs: number;
  /** One step of the conversation: reasoning, a tool call, a text. */
  stepMs: number;
  /** Steps in a run; the run takes `steps * stepMs`. */
  steps: number;
  /** How long a stop shows `Stopping`; 0 stops at once. */
  stopMs: number;
}

/**
 * Names of the states of a deployment, in the spelling of the API description (docs/upstream/quantconnect.md,
 * Deployment statuses; documented).
 */
export type Phase = 'InQueue' | 'Running' | 'Stopping' | 'Completed' | 'Stopped' | 'Failed';
export type Outcome = 'Completed' | 'Failed' | 'Stopped';

/** The course of one deployment. Absent fields follow the task's script, then the default one, then the pace. */
export interface DeploymentScript extends Partial<Pace> {
  /** @default 'Completed' */
  outcome?: Outcome;
  /** Text of `runtimeError` when the outcome is `Failed`. */
  runtimeError?: string;
  /**
   * True for a deployment that does not end by itself, until the script says `false`, or it is stopped or ended by
   * the control.
   */
  endless?: boolean;
  /** Other spellings for some phases: `{ InQueue: 'Initializing', Failed: 'RuntimeError' }`. */
  spelling?: Partial<Record<Phase, string>>;
  /** Shown as the status in every phase. */
  rawStatus?: string;
  /** Assistant messages of a run; steps are spread over them, and there are at least as many steps. @default 1 */
  messages?: number;
  /** The last text of the last message. */
  answer?: string;
  /** The result of a `create_backtest` call (docs/upstream/quantconnect.md, Tool calls; observed). @default 'ok' */
  backtest?: 'ok' | 'runtimeError' | 'warnings' | 'outputError';
}

export const PACES = {
  /** Slow enough to watch. */
  normal: { queueMs: 2_000, stepMs: 2_000, steps: 3, stopMs: 0 },
  fast: { queueMs: 50, stepMs: 100, steps: 3, stopMs: 0 },
  instant: { queueMs: 0, stepMs: 0, steps: 3, stopMs: 0 },
} satisfies Record<string, Pace>;

export type PaceName = keyof typeof PACES;
