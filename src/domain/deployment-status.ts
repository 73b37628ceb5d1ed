/** The gateway's own classes of deployment status; the upstream's word is always kept beside it. */
export type DeploymentStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'STOPPED' | 'FAILED' | 'UNKNOWN';
