/** A service account, as `GET /v1/service-accounts` shows it. */
export interface ServiceAccount {
  id: string;
  name: string;
  scopes: string[];
  createdAt: string;
  secrets: { id: string; createdAt: string; lastUsedAt: string | null; expiresAt: string | null }[];
}

/** The scopes that an account can have, with what they let it do. */
export const SCOPES: Readonly<Record<string, string>> = {
  read: 'read everything of its own',
  write: 'store and change agents, tasks, credentials and webhooks',
  deploy: 'deploy, prompt, stop and run',
  act_as: 'get tokens of users',
  debug: 'see the calls upstream of a query',
};
