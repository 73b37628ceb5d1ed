import type { Assumption } from '../assumption.ts';
import { driftAssumptions } from '../drift.ts';
import { ANSWER_ASSUMPTIONS } from './answers.ts';
import type { QuantCdnEvidence } from './evidence.ts';
import { GRAPH_ASSUMPTIONS } from './graph.ts';
import { TASK_ASSUMPTIONS } from './tasks.ts';

/** What is asked about QuantCDN, in the order of the report (docs/upstream/quantcdn.md, What a probe decides). */
export const QUANTCDN_ASSUMPTIONS: readonly Assumption<QuantCdnEvidence>[] = [
  ...ANSWER_ASSUMPTIONS,
  ...driftAssumptions(({ drift }: QuantCdnEvidence) => drift, ['metadata', 'result']),
  ...TASK_ASSUMPTIONS,
  ...GRAPH_ASSUMPTIONS,
];
