/** A token made in the dashboard (docs/upstream/quantcdn.md, Transport). */
export interface QuantCdnToken {
  token: string;
  /** Name of the token in the call log and in fault rules, which must not hold the token itself. */
  name: string;
  /** Short names of the organisations that the token opens. */
  organisations: string[];
  /**
   * Scopes. A token without `ai:use` is refused with 403 (docs/upstream/quantcdn.md, Transport; assumed for tasks).
   * @default ['ai:use']
   */
  scopes?: string[];
  /**
   * Unix milliseconds by the simulator's date. Tokens are valid for 30, 90 or 365 days, or without end.
   * @default without end
   */
  expiresMs?: number;
}
