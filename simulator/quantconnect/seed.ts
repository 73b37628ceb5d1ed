import type { Account, Organization } from './accounts.ts';
import type { PredefinedAgent } from './control.ts';

export const seededOrganization = {
  id: '0123456789abcdef0123456789abcdef',
  name: 'Acme',
  nodeSku: 'A4-8',
} satisfies Organization;

/** The first one of docs/upstream/quantconnect.md, Test vectors: public test data, no secret. */
export const seededAccount = {
  userId: '12345',
  apiToken: 'abcdef0123456789'.repeat(4),
  name: 'Jane Doe',
  organizations: [seededOrganization],
} satisfies Account;

/** 47 is the agent of every vendor sample (docs/upstream/quantconnect.md, Task requests). */
export const predefinedAgent = {
  id: 47,
  name: 'Backtest',
  description: 'Writes an algorithm and backtests it.',
  systemPrompt: 'You write LEAN algorithms.',
  tools: ['create_file', 'edit_file', 'create_backtest'],
} satisfies PredefinedAgent;
