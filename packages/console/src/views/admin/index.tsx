import './admin.css';
import type { ReactNode } from 'react';
import { PathTabs } from '../../design/path-tabs.tsx';
import { auditTab } from './audit.tsx';
import { driftTab } from './drift.tsx';
import { healthTab } from './health.tsx';
import { serviceAccountsTab } from './service-accounts.tsx';
import { usersTab } from './users.tsx';

/** Users, service accounts, the audit log, and how the gateway and its upstreams are. */
export default function Administration({
  params,
}: {
  params: Record<string, string | undefined>;
}): ReactNode {
  return (
    <PathTabs
      title="Administration"
      area="/admin"
      path={params['*']}
      tabs={[usersTab, serviceAccountsTab, healthTab, driftTab, auditTab]}
    />
  );
}
