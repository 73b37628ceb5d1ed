import type { OperationTypeNode } from 'graphql';
import type { Viewer } from '../../../viewer.ts';
import type { Prepared } from '../documents/prepare.ts';

/** One operation of a caller, which `prepare` has accepted. */
export interface Operation extends Prepared {
  type: OperationTypeNode;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  viewer: Viewer;
}
