/** A token made in the dashboard (page section 1). */
export interface QuantCdnToken {
  token: string;
  /** Stands for the token in the call log and in fault rules, which never hold the token itself. */
  name: string;
  /** Short names of the organisations it reaches. */
  organisations: string[];
  /** Without `ai:use` among them it is refused with 403 (page section 1, INF for tasks). @default ['ai:use'] */
  scopes?: string[];
  /** Unix milliseconds on the simulator's date; tokens live 30, 90 or 365 days, or for ever. @default for ever */
  expiresMs?: number;
}
