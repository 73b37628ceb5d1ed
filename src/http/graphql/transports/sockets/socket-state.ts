import type { Place } from '../../../plugins/places.ts';
import type { Operation } from '../../execution/operation.ts';
import type { RunningOperations } from './limits.ts';
import type { OperationLines } from './operation-lines.ts';
import type { Sender } from './sender.ts';
import type { AuthenticatedSocket } from './token-handover.ts';

/** The state of one socket, beside that of the protocol library. */
export interface SocketState extends AuthenticatedSocket {
  operations: RunningOperations;
  lines: OperationLines;
  /** The places of its queries and mutations, by id. */
  places: Map<string, Place>;
  /** Says that the client is known now. */
  introduced(): void;
  sendResult: Sender['sendResult'];
  /** Aborts when the socket has closed. */
  left: AbortSignal;
  /** True when no further operation is begun, because the process stops. */
  isLeaving: boolean;
}

/** An operation and the socket that it came over. */
export interface SocketOperation extends Operation {
  id: string;
  socket: SocketState;
}
