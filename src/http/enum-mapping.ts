import { badUserInput } from '../errors.ts';
import type { OnBusy } from '../events/writers/prompts.ts';

/** The reasoning effort of an agent, in the gateway's words (`schema.graphql`). */
export type ReasoningEffort = 'LOW' | 'MEDIUM' | 'HIGH' | 'UNKNOWN';

/** Maps the upstream's word; a word that the gateway does not know becomes `UNKNOWN`. */
export function toReasoningEffort(word: string | null): ReasoningEffort | null {
  if (word === null) return null;
  const effort = word.toUpperCase();
  return effort === 'LOW' || effort === 'MEDIUM' || effort === 'HIGH' ? effort : 'UNKNOWN';
}

/** Returns an input with its effort in the upstream's words. @throws GatewayError `BAD_USER_INPUT` for `UNKNOWN` */
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

/** Which project the deployments of a task use, in the gateway's words (`schema.graphql`). */
export type ProjectPreference = 'PROJECT_EACH_TASK_DEPLOYMENT' | 'PROJECT_FOR_TASK';

/** The same in the upstream's words (docs/upstream/quantconnect.md, Project preference). */
export type UpstreamProjectPreference = 'project-each-task-deployment' | 'project-for-task';

/** Returns an input with its preference in the upstream's words; without one, a new project for each deployment. */
export function toUpstreamPreference<
  T extends { projectPreference?: ProjectPreference | UpstreamProjectPreference | null | undefined },
>(input: T): Omit<T, 'projectPreference'> & { projectPreference: string } {
  const { projectPreference, ...rest } = input;
  const preference = projectPreference ?? 'PROJECT_EACH_TASK_DEPLOYMENT';
  return { ...rest, projectPreference: preference.toLowerCase().replaceAll('_', '-') };
}

/** What becomes of a prompt while the agent works, as the services write it. */
export function toOnBusy(
  word: 'SEND' | 'REJECT' | 'ENQUEUE' | 'INTERRUPT' | null | undefined,
): OnBusy | undefined {
  return word == null ? undefined : (word.toLowerCase() as OnBusy);
}
