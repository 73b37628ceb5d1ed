import type { DeploymentScript, Pace } from './script.ts';

/** One prompt and the work it causes. What it shows is a function of the time alone. */
export interface Round {
  prompt: string;
  askedMs: number;
  /** `null` until its turn comes. */
  startMs: number | null;
  stepMs: number;
  steps: number;
  /** Assistant messages the steps are spread over; the last one takes what remains. */
  messages: number;
  stepsPerMessage: number;
  /** Chained agents at work one after another, each with an equal share of the messages. */
  agents: number;
  /** When it is done, maybe in the future; everything is shown from then on. `null` for an endless one. */
  doneMs: number | null;
  /** When it was stopped; nothing more is shown from then on. */
  cutMs: number | null;
}

/** Share of the last step an endless round gets to: its text never finishes. */
const ALMOST = 0.99;

export type RoundScript = DeploymentScript & Pace;

/**
 * Plans a round; with chained agents every one of them does the script's steps (docs/upstream/quantconnect.md,
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

/** How many steps are done, with the fraction of the one being done; never falls. */
export function progressOf(round: Round, nowMs: number): number {
  if (round.startMs === null) return 0;
  if (round.doneMs !== null && nowMs >= round.doneMs) return round.steps;
  const untilMs = round.cutMs === null ? nowMs : Math.min(nowMs, round.cutMs);
  const elapsedMs = untilMs - round.startMs;
  const progress = round.stepMs === 0 ? Number.POSITIVE_INFINITY : elapsedMs / round.stepMs;
  return Math.max(0, Math.min(progress, round.steps - 1 + ALMOST));
}

/** When a round that began ends by itself. */
export function naturalEnd(round: Round, startMs: number): number {
  return startMs + round.steps * round.stepMs;
}

/** Whether the round still has something to show after this moment. */
export function isOpen(round: Round, nowMs: number): boolean {
  return round.cutMs === null && (round.doneMs === null || round.doneMs > nowMs);
}

/** Steps that have begun: each is seen from its first moment, so that nothing is ever put in before it later. */
export function visibleSteps(round: Round, nowMs: number): number {
  if (round.startMs === null || Math.min(nowMs, round.cutMs ?? nowMs) < round.startMs) return 0;
  return Math.min(round.steps, Math.floor(progressOf(round, nowMs)) + 1);
}
