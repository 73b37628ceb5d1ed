/** What a part of the benchmark found. */
export interface Section {
  title: string;
  /** How it was measured: what a reader must know to judge the figures. */
  method: string;
  /** In Markdown. */
  tables: string[];
  goals: GoalResult[];
}

/** A goal, and the figure beside it. */
export interface GoalResult {
  target: string;
  what: string;
  measured: string;
  goal: string;
  isHeld: boolean;
}

/** A goal that a figure must reach, or must not exceed. */
export function judge(
  target: string,
  what: string,
  { value, atLeast, atMost, text }: { value: number; atLeast?: number; atMost?: number; text: string },
): GoalResult {
  const isHeld = atLeast === undefined ? value <= (atMost ?? Number.NaN) : value >= atLeast;
  const goal = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  return { target, what, measured: text, goal, isHeld };
}
