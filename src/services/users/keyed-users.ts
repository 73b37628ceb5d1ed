import type { Viewer } from '../../viewer.ts';
import { createOnceSealed, type OnceSealedDeps } from '../common/once-sealed.ts';
import type { NewUser, Users } from './users.ts';

/** Users whose create and resetPassword accept an idempotency key: both answer with a token. */
export interface KeyedUsers extends Omit<Users, 'create' | 'resetPassword'> {
  create(viewer: Viewer, input: NewUser, idempotencyKey?: string | undefined): ReturnType<Users['create']>;
  resetPassword(
    viewer: Viewer,
    userId: string,
    idempotencyKey?: string | undefined,
  ): ReturnType<Users['resetPassword']>;
}

/** Adds idempotency keys to users. */
export function createKeyedUsers(plain: Users, deps: OnceSealedDeps): KeyedUsers {
  const once = createOnceSealed(deps);
  return {
    ...plain,
    create: (viewer, input, key) =>
      once(viewer, { operation: 'createUser', key, input }, () => plain.create(viewer, input)),
    resetPassword: (viewer, userId, key) =>
      once(viewer, { operation: 'issuePasswordReset', key, input: userId }, () =>
        plain.resetPassword(viewer, userId),
      ),
  };
}
