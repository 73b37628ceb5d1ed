import type { Assumption } from '../assumption.ts';
import { driftAssumptions } from '../drift.ts';
import { CONVERSATION_ASSUMPTIONS } from './conversation.ts';
import { DEPLOYMENT_ASSUMPTIONS } from './deployments.ts';
import { ENVELOPE_ASSUMPTIONS } from './envelope.ts';
import type { QuantConnectEvidence } from './evidence.ts';
import { OBJECT_ASSUMPTIONS, UNPUBLISHED_MEMBERS } from './objects.ts';

/** What is asked about QuantConnect, in the order of the report (docs/upstream/quantconnect.md, What a probe decides). */
export const QUANTCONNECT_ASSUMPTIONS: readonly Assumption<QuantConnectEvidence>[] = [
  ...ENVELOPE_ASSUMPTIONS,
  ...driftAssumptions(({ drift }: QuantConnectEvidence) => drift, UNPUBLISHED_MEMBERS),
  ...OBJECT_ASSUMPTIONS,
  ...DEPLOYMENT_ASSUMPTIONS,
  ...CONVERSATION_ASSUMPTIONS,
];
