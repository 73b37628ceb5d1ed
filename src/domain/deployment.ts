/** The gateway's own classes of deployment status. The upstream's word is always kept beside it, as `rawStatus`. */
export type DeploymentStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'STOPPED' | 'FAILED' | 'UNKNOWN';

/** What an event of the log says about a deployment. */
export type DeploymentEventType =
  | 'CREATED'
  | 'STATUS_CHANGED'
  | 'PROMPTED'
  | 'GUARD_WARNED'
  | 'GUARD_TRIPPED'
  | 'BUDGET_WARNED'
  | 'BUDGET_REACHED'
  | 'DELETED'
  | 'WATCH_DEGRADED'
  | 'WATCH_RECOVERED';
