import { UpstreamFailure } from '../failure.ts';
import type { Ask } from './ask.ts';

/** The status that is both an outage and a way of refusing a credential (upstream page 2.5). */
const EITHER = 500;

/**
 * Asks whether the upstream accepts the credential. A plain 500 that outlasts the retries is believed to be
 * a refusal, as lean-cli does, because nothing but the credential was asked; unless other evidence speaks
 * for an outage (`suspectsOutage`), which must not mark anyone's credential rejected. 502, 503, 504 and
 * broken connections never refuse a credential.
 */
export function createAuthenticate(ask: Ask, suspectsOutage: () => boolean): () => Promise<void> {
  return async () => {
    try {
      await ask({
        path: 'authenticate',
        body: {},
        repeat: 'read',
        asksCredential: true,
        decode: () => undefined,
      });
    } catch (error) {
      if (!(error instanceof UpstreamFailure) || error.facts.status !== EITHER || suspectsOutage())
        throw error;
      if (error.code !== 'UPSTREAM_UNAVAILABLE') throw error;
      throw new UpstreamFailure('CREDENTIAL_REJECTED', {
        ...error.facts,
        mayHaveActed: false,
        again: 'never',
      });
    }
  };
}
