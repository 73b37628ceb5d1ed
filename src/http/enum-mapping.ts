import { badUserInput } from '../errors.ts';

/** How much a model thinks, in the contract's words. */
export type ReasoningEffort = 'LOW' | 'MEDIUM' | 'HIGH' | 'UNKNOWN';

/** The upstream's word in the contract's; one that is new upstream shows as `UNKNOWN`. */
export function toReasoningEffort(word: string | null): ReasoningEffort | null {
  if (word === null) return null;
  const effort = word.toUpperCase();
  return effort === 'LOW' || effort === 'MEDIUM' || effort === 'HIGH' ? effort : 'UNKNOWN';
}

/** An input with its effort in the upstream's words. @throws GatewayError `BAD_USER_INPUT` for `UNKNOWN` */
export function toUpstreamEffort<
  T extends { reasoningEffort?: ReasoningEffort | Lowercase<ReasoningEffort> | null | undefined },
>(input: T): Omit<T, 'reasoningEffort'> & { reasoningEffort?: string | null } {
  const { reasoningEffort, ...rest } = input;
  if (reasoningEffort === undefined) return rest;
  if (reasoningEffort === 'UNKNOWN') {
    throw badUserInput({ path: 'input.reasoningEffort', message: 'must be LOW, MEDIUM or HIGH' });
  }
  return { ...rest, reasoningEffort: reasoningEffort?.toLowerCase() ?? null };
}

/** Where a task's deployments put their project, in the contract's words. */
export type ProjectPreference = 'PROJECT_EACH_TASK_DEPLOYMENT' | 'PROJECT_FOR_TASK';

/** The same in the upstream's words. */
export type UpstreamProjectPreference = 'project-each-task-deployment' | 'project-for-task';

/** An input with its preference in the upstream's words (upstream page, section 5.2). */
export function toUpstreamPreference<
  T extends { projectPreference?: ProjectPreference | UpstreamProjectPreference | null | undefined },
>(input: T): Omit<T, 'projectPreference'> & { projectPreference: string } {
  const { projectPreference, ...rest } = input;
  const preference = projectPreference ?? 'PROJECT_EACH_TASK_DEPLOYMENT';
  return { ...rest, projectPreference: preference.toLowerCase().replaceAll('_', '-') };
}
