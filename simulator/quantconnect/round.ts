import type { DeploymentScript, Pace } from './script.ts';

/** One prompt and its work. Its visible part depends on the time alone. */
export interface Round {
  prompt: string;
  askedMs: number;
  /** `null` until it begins. */
  startMs: number | null;
  stepMs: number;
  steps: number;
  /** Assistant messages that the steps are spread over; the last one takes the rest. */
  messages: number;
  stepsPerMessage: number;
  /** Chained agents that work one after another, each with an equal share of the messages. */
  agents: number;
  /** When it is done, which may be in the future; from then on everything is visible. `null` for an endless one. */
  doneMs: number | null;
  /** When it was stopped; from then on nothing is added. */
  cutMs: number | null;
}

/** The part of the last step that an endless round reaches, so that its text never ends. */
const ALMOST = 0.99;

export type RoundScript = DeploymentScript & Pace;

/**
 * Plans a round. Each chained agent does all steps of the script (docs/upstream/quantconnect.md,
 * Chains and sub-agents).
 */
export function planRound(prompt: string, askedMs: number, script: RoundScript, agents: number): Round {
  const messages = Math.max(1, script.messages ?? 1);
  const steps = Math.max(script.steps, messages);
  return {
    prompt,
    askedMs,
    startMs: null,
    stepMs: script.stepMs,
    steps: steps * agents,
    messages: messages * agents,
    stepsPerMessage: Math.floor(steps / messages),
    agents,
    doneMs: null,
    cutMs: null,
  };
}

/** Number of steps that are done, with a fraction for the current one. It never falls. */
export function progressOf(round: Round, nowMs: number): number {
  if (round.startMs === null) return 0;
  if (round.doneMs !== null && nowMs >= round.doneMs) return round.steps;
  const untilMs = round.cutMs === null ? nowMs : Math.min(nowMs, round.cutMs);
  const elapsedMs = untilMs - round.startMs;
  const progress = round.stepMs === 0 ? Number.POSITIVE_INFINITY : elapsedMs / round.stepMs;
  return Math.max(0, Math.min(progress, round.steps - 1 + ALMOST));
}

/** When a round that has begun ends by itself. */
export function naturalEnd(round: Round, startMs: number): number {
  return startMs + round.steps * round.stepMs;
}

/** Whether more of the round becomes visible after this time. */
export function isOpen(round: Round, nowMs: number): boolean {
  return round.cutMs === null && (round.doneMs === null || round.doneMs > nowMs);
}

/** Steps that have begun. Each is visible from its first moment, so that nothing is inserted before it later. */
export function visibleSteps(round: Round, nowMs: number): number {
  if (round.startMs === null || Math.min(nowMs, round.cutMs ?? nowMs) < round.startMs) return 0;
  return Math.min(round.steps, Math.floor(progressOf(round, nowMs)) + 1);
}
