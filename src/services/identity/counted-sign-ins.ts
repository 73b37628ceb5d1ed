import { toGatewayError } from '../../errors.ts';
import type { Metrics } from '../../lib/metrics/metrics.ts';
import type { SignIns } from './sign-ins.ts';

/** Counts sign-ins with a password by their outcome: `ok`, or the code of the refusal. */
export function countSignIns(signIns: SignIns, { signIns: counter }: Pick<Metrics, 'signIns'>): SignIns {
  return {
    ...signIns,
    async login(input, origin) {
      try {
        const signedIn = await signIns.login(input, origin);
        counter.add({ outcome: 'ok' });
        return signedIn;
      } catch (error) {
        counter.add({ outcome: toGatewayError(error).code });
        throw error;
      }
    },
  };
}
