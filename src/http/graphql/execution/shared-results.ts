import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Clock } from '../../../lib/clock.ts';
import { memoByObject } from '../../../lib/lru.ts';
import type { Viewer } from '../../../viewer.ts';
import type { Operation } from './operation.ts';

/** Events of subscriptions, executed once for all subscribers who may see the same and ask the same. */
export interface SharedResults {
  /**
   * Equal for two operations whose results for the same event are the same: one owner, the same rights, one document and the
   * same variables, a chosen credential among them. Documents that are not remembered are never the same.
   */
  audienceOf(operation: Operation): string;
  /**
   * The result for an event, of this execution or of one that began less than a second ago for the same event and audience.
   * @param event the same object for all subscribers who get it from the same tail
   */
  get(event: unknown, audience: string, run: () => Promise<ExecutionResult>): Promise<ExecutionResult>;
}

/** Fields beside the event are read when it is executed: a subscriber who comes later gets them as they are then. */
const SHARED_MS = 1_000;

export function createSharedResults({ steadyMs }: Pick<Clock, 'steadyMs'>): SharedResults {
  const ofEvent = memoByObject(
    (_event: object) => new Map<string, { atMs: number; result: Promise<ExecutionResult> }>(),
  );
  let documents = 0;
  const numberOf = memoByObject((_document: DocumentNode) => {
    documents += 1;
    return documents;
  });
  return {
    audienceOf: ({ document, operationName, variables, viewer }) =>
      JSON.stringify([numberOf(document), operationName, variables ?? {}, rightsOf(viewer)]),
    get(event, audience, run) {
      if (typeof event !== 'object' || event === null) return run();
      const results = ofEvent(event);
      const known = results.get(audience);
      if (known !== undefined && steadyMs() - known.atMs < SHARED_MS) return known.result;
      const result = run();
      const own = { atMs: steadyMs(), result };
      results.set(audience, own);
      const forget = (): void => {
        if (results.get(audience) === own) results.delete(audience);
      };
      // An error may be one of the moment: it is shared only with those who wait for this execution.
      result.then(({ errors }) => errors !== undefined && forget(), forget);
      return result;
    },
  };
}

/** Everything of a caller that a result may depend on; not the session, which ends its connections by itself. */
function rightsOf(viewer: Viewer): unknown[] {
  const { userId, name, email, scopes, roles, actor, watchedDeploymentId = null } = viewer;
  return [userId, name, email, [...scopes].sort(), [...roles].sort(), actor?.id ?? null, watchedDeploymentId];
}

/** A result without errors as JSON; written once for all who get the same result. */
export const jsonOf: (result: ExecutionResult) => string = memoByObject((result: ExecutionResult) =>
  JSON.stringify(result),
);

/** The same as the bytes that are sent. */
export const jsonBytesOf: (result: ExecutionResult) => Buffer = memoByObject((result: ExecutionResult) =>
  Buffer.from(JSON.stringify(result)),
);
