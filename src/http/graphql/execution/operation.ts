import type { OperationTypeNode } from 'graphql';
import type { TraceHeaders } from '../../../telemetry/tracing.ts';
import type { Viewer } from '../../../viewer.ts';
import type { Place } from '../../plugins/places.ts';
import type { Prepared } from '../documents/prepare.ts';

/** One operation of a caller, which `prepare` has accepted. */
export interface Operation extends Prepared {
  type: OperationTypeNode;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  viewer: Viewer;
  /** The caller's span, for an operation that no request carries: one over a socket. */
  traceHeaders?: TraceHeaders;
}

/** A query or mutation, and the place that it has until its answer has left. */
export interface PlacedOperation extends Operation {
  place: Pick<Place, 'growLarge'>;
}
