import { seededAccount, seededQuantCdnToken } from '../../simulator/index.ts';

/** Text that must not be in a log at any level: the secrets of the tests, and everything in the form of a secret. */
const SECRETS: readonly [name: string, looks: RegExp][] = [
  ['a password', /correct horse battery/],
  ['a QuantConnect token', new RegExp(seededAccount.apiToken)],
  ['a QuantCDN token', new RegExp(seededQuantCdnToken.token)],
  ['an access token', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/],
  ['a refresh token', /\bqgr_[\w-]{20,}/],
  ["a service's secret", /\bqgs_[\w-]{20,}/],
  ['a signature', /\b[0-9a-f]{64}\b/],
  ['a password hash', /\$argon2/],
  ['an Authorization header', /\b(Basic|Bearer) [\w+/=.-]{16,}/],
  ['a private key', /PRIVATE KEY/],
];

/** Searches the log of every test that boots a gateway. @throws Error that names the kind of secret found */
export function searchForSecrets(logLines: readonly string[]): void {
  for (const line of logLines) {
    const found = SECRETS.find(([, looks]) => looks.test(line));
    if (found) throw new Error(`The log holds ${found[0]}: ${line.slice(0, 300)}`);
  }
}
