import { badUserInput } from '../errors.ts';

/** How much a model thinks, in the contract's words. */
export type Effort = 'LOW' | 'MEDIUM' | 'HIGH' | 'UNKNOWN';

/** The upstream's word in the contract's; one that is new upstream shows as `UNKNOWN`. */
export function readEffort(word: string | null): Effort | null {
  if (word === null) return null;
  const effort = word.toUpperCase();
  return effort === 'LOW' || effort === 'MEDIUM' || effort === 'HIGH' ? effort : 'UNKNOWN';
}

/** An input with its effort in the upstream's words. @throws GatewayError `BAD_USER_INPUT` for `UNKNOWN` */
export function writeEffort<T extends { reasoningEffort?: Effort | Lowercase<Effort> | null | undefined }>(
  input: T,
): Omit<T, 'reasoningEffort'> & { reasoningEffort?: string | null } {
  const { reasoningEffort, ...rest } = input;
  if (reasoningEffort === undefined) return rest;
  if (reasoningEffort === 'UNKNOWN') {
    throw badUserInput({ path: 'input.reasoningEffort', message: 'must be LOW, MEDIUM or HIGH' });
  }
  return { ...rest, reasoningEffort: reasoningEffort?.toLowerCase() ?? null };
}

/** Where a task's deployments put their project, in the contract's words. */
export type Preference = 'PROJECT_EACH_TASK_DEPLOYMENT' | 'PROJECT_FOR_TASK';

/** The same in the upstream's words. */
export type RawPreference = 'project-each-task-deployment' | 'project-for-task';

/** An input with its preference in the upstream's words (upstream page, section 5.2). */
export function writePreference<
  T extends { projectPreference?: Preference | RawPreference | null | undefined },
>(input: T): Omit<T, 'projectPreference'> & { projectPreference: string } {
  const { projectPreference, ...rest } = input;
  const preference = projectPreference ?? 'PROJECT_EACH_TASK_DEPLOYMENT';
  return { ...rest, projectPreference: preference.toLowerCase().replaceAll('_', '-') };
}
