export type { Call, CallCounts, CallLog } from './calls.ts';
export type { SimulatorClock } from './clock.ts';
export type { Fault, FaultKind, FaultQueue, FaultRule } from './faults.ts';
export type { Account, Organization } from './quantconnect/accounts.ts';
export type { Behaviour } from './quantconnect/behaviour.ts';
export type { PredefinedAgent, QuantConnectControl, QuantConnectState } from './quantconnect/control.ts';
export type { DeploymentScript, Outcome, Pace, PaceName, Phase } from './quantconnect/script.ts';
export { predefinedAgent, seededAccount, seededOrganization } from './quantconnect/seed.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './start.ts';
