import type { DeploymentStatus } from '../../domain/deployment.ts';
import { pageOfDeployments } from '../../store/deployments/deployments.ts';
import { withSeenAt } from '../../store/deployments/polled.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize } from '../common/authorize.ts';
import { assertValid, checkPage } from '../common/input.ts';
import { decodeCursor, encodeCursor, type Page, type PageRequest, toPage } from '../common/page.ts';
import { type DeploymentView, toStoredView } from './deployment-view.ts';

/** Selects from the caller's deployments; without a filter all of them. */
export interface DeploymentFilter {
  status?: DeploymentStatus | null | undefined;
  taskId?: string | null | undefined;
}

/** The caller's deployments of all tasks, from the store. */
export interface DeploymentHistory {
  /**
   * The newest first, as they were last seen, without an upstream call. Those that were deleted are left out.
   * @param input.first 50 without one
   * @throws GatewayError `BAD_USER_INPUT`
   */
  page(viewer: Viewer, input: DeploymentFilter & PageRequest): Promise<Page<DeploymentView>>;
}

const DEFAULT_PAGE = 50;

export function createDeploymentHistory({ store }: { store: Pick<Store, 'db'> }): DeploymentHistory {
  return {
    async page(viewer, { status, taskId, after, first }) {
      authorize(viewer, 'read');
      assertValid([checkPage(first)]);
      const size = first ?? DEFAULT_PAGE;
      const filter = { status: status ?? undefined, taskId: taskId ?? undefined };
      const rows = await pageOfDeployments(store.db, viewer.userId, filter, decodeCursor(after), size + 1);
      const { nodes, pageInfo } = toPage(
        rows,
        size,
        (row) => encodeCursor({ at: row.createdAt, id: row.id }),
        after,
      );
      return { nodes: (await withSeenAt(store.db, nodes)).map(toStoredView), pageInfo };
    },
  };
}
