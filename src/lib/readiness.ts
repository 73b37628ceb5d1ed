/** A part that does not work although the process can serve requests. */
export interface ReadinessWarning {
  /** The part, in lower case: `redis`. */
  name: string;
  /** What follows from it, for operators; without addresses and secrets, because anyone may read it. */
  detail: string;
}

/** Whether a process should be sent requests. */
export interface Readiness {
  isReady: boolean;
  warnings: ReadinessWarning[];
}
