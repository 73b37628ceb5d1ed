import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../../../../lib/clock.ts';
import { networkOf } from '../../../../lib/net/network.ts';
import type { Viewer } from '../../../../viewer.ts';
import {
  createRequestRecord,
  newRequestId,
  type RequestRecord,
  roundMs,
} from '../../../plugins/request-log.ts';
import type { ErrorContext } from '../../format-error.ts';

/** An operation of a socket, for its line in the log. */
export interface OperationLine extends ErrorContext {
  record: RequestRecord;
  /** Query, mutation or subscription; undefined for what was refused before that was known. */
  type: string | undefined;
  viewer: Viewer | undefined;
}

/** The lines in the log of the operations of one socket: one each, when it ends. */
export interface OperationLines {
  begin(id: string, viewer: Viewer | undefined): OperationLine;
  /** The line of an operation under way; a new one for any other id. */
  of(id: string): OperationLine;
  end(id: string): void;
  /** Writes the line of the socket itself, which this user has opened. */
  open(viewer: Viewer | undefined): void;
  /** Writes the line of the socket itself, which has closed. */
  close(code: number, viewer: Viewer | undefined): void;
}

export function createOperationLines(
  log: FastifyBaseLogger,
  clock: Pick<Clock, 'steadyMs'>,
  address: string,
): OperationLines {
  const lines = new Map<string, OperationLine & { startedAtMs: number }>();
  const openedAtMs = clock.steadyMs();
  let count = 0;

  const create = (viewer: Viewer | undefined): OperationLine => ({
    id: newRequestId(),
    log,
    record: createRequestRecord(),
    type: undefined,
    viewer,
  });

  const whose = (viewer: Viewer | undefined) => ({
    userId: viewer?.userId,
    actor: viewer?.actor?.id,
    network: networkOf(address),
  });

  return {
    begin(id, viewer) {
      const line = { ...create(viewer), startedAtMs: clock.steadyMs() };
      lines.set(id, line);
      count += 1;
      return line;
    },
    of: (id) => lines.get(id) ?? create(undefined),
    end(id) {
      const line = lines.get(id);
      if (line === undefined) return;
      lines.delete(id);
      const { record, viewer, type, startedAtMs } = line;
      log[record.level()](
        {
          requestId: line.id,
          transport: 'websocket',
          type,
          ms: roundMs(clock.steadyMs() - startedAtMs),
          ...record.fields(viewer, address),
        },
        'operation',
      );
    },
    open(viewer) {
      log.info(whose(viewer), 'socket opened');
    },
    close(code, viewer) {
      const ms = roundMs(clock.steadyMs() - openedAtMs);
      log.info({ code, ms, operations: count, ...whose(viewer) }, 'socket closed');
    },
  };
}
