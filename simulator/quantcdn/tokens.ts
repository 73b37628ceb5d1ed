/** A token made in the dashboard (docs/upstream/quantcdn.md, Transport). */
export interface QuantCdnToken {
  token: string;
  /** Stands for the token in the call log and in fault rules, which never hold the token itself. */
  name: string;
  /** Short names of the organisations it reaches. */
  organisations: string[];
  /**
   * Without `ai:use` among them it is refused with 403 (docs/upstream/quantcdn.md, Transport; assumed for tasks).
   * @default ['ai:use']
   */
  scopes?: string[];
  /** Unix milliseconds on the simulator's date; tokens live 30, 90 or 365 days, or for ever. @default for ever */
  expiresMs?: number;
}
