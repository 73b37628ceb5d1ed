import { type Authentication, createState, signedOut } from './session.ts';

/**
 * The caller's own way to tokens, such as client credentials or an outside identity provider, or a watch token.
 * @param token returns a token that is good now; it is asked again when the gateway has refused one
 */
export function sessionByFunction(token: (refused?: string) => Promise<string> | string): Authentication {
  const state = createState({ status: 'SIGNED_IN', user: undefined });
  const refuse = async (): Promise<never> => {
    throw signedOut();
  };
  let last: string | undefined;
  const listeners = new Set<(token: string) => void>();
  const get = async (refused?: string): Promise<string> => {
    const next = await token(refused);
    if (last !== undefined && next !== last) for (const listener of [...listeners]) listener(next);
    last = next;
    return next;
  };
  return {
    isCookie: false,
    state: state.get,
    subscribe: state.subscribe,
    accessToken: () => get(),
    async renew(refused) {
      // The same token again would be refused again.
      if ((await get(refused)) === refused) throw signedOut();
    },
    onToken(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn: refuse,
    signUp: refuse,
    signOut: refuse,
    resetPassword: refuse,
    restore: async () => state.get(),
    close: () => listeners.clear(),
  };
}
