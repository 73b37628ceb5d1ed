import './account.css';
import type { ReactNode } from 'react';
import { PathTabs } from '../../design/path-tabs.tsx';
import { budgetsTab } from './budgets.tsx';
import { credentialsTab } from './credentials.tsx';
import { securityTab } from './security.tsx';
import { usageTab } from './usage.tsx';
import { webhooksTab } from './webhooks.tsx';

/** Credentials, webhooks, budgets, usage, and the sessions and the password of the user. */
export default function Account({ params }: { params: Record<string, string | undefined> }): ReactNode {
  return (
    <PathTabs
      title="Account"
      area="/account"
      path={params['*']}
      tabs={[credentialsTab, webhooksTab, budgetsTab, usageTab, securityTab]}
    />
  );
}
