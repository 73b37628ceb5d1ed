/** A stored credential, as `GET /v1/credentials` shows it. */
export interface Credential {
  id: string;
  provider: Provider;
  label: string | null;
  account: string;
  organizationId: string | null;
  tokenHint: string;
  status: string;
  verificationProblem?: string | null;
  isDefault: boolean;
  createdAt: string;
}

export type Provider = 'QUANTCONNECT' | 'QUANTCDN';

const NAMES: Readonly<Record<string, string>> = { QUANTCONNECT: 'QuantConnect', QUANTCDN: 'QuantCDN' };

export function nameOfProvider(provider: string): string {
  return NAMES[provider] ?? provider;
}
