import type { Chunk } from './chunk.ts';
import type { UiToolPart } from './ui-parts.ts';

/**
 * The chunks that bring the tool call that the client has to its present state; none when nothing has changed.
 * @param told undefined for a call that the client does not have yet
 * @param isInCurrentStep false when the client has a later step: the input can then not change any more
 * @returns undefined when no chunks can express the change
 */
export function toolChunks(
  told: UiToolPart | undefined,
  next: UiToolPart,
  isInCurrentStep: boolean,
): Chunk[] | undefined {
  if (told !== undefined && isSame(told, next)) return [];
  const keepsInput =
    told !== undefined && told.state !== 'input-streaming' && isSame(callOf(told), callOf(next));
  if (keepsInput && next.state !== 'input-available') {
    const isAsked = told.approval !== undefined || next.approval === undefined;
    return [...(isAsked && next.state !== 'approval-requested' ? [] : approval(next)), ...outcome(next)];
  }
  if (told !== undefined && !isInCurrentStep) return undefined;
  return [...input(next), ...outcome(next)];
}

function input(tool: UiToolPart): Chunk[] {
  const { toolCallId, toolName, title, providerExecuted } = tool;
  const call = {
    toolCallId,
    toolName,
    dynamic: true,
    ...(title !== undefined && { title }),
    ...(providerExecuted !== undefined && { providerExecuted }),
  };
  if (tool.state === 'input-streaming') {
    // A partial input may change anywhere: it is begun anew each time.
    const inputTextDelta = tool.rawInput ?? '';
    return [
      { type: 'tool-input-start', ...call },
      { type: 'tool-input-delta', toolCallId, inputTextDelta },
    ];
  }
  const available = { type: 'tool-input-available', ...call, input: tool.input };
  if (tool.approval === undefined) return [available];
  // The approval stays with the call in each later state.
  const isPending = tool.state === 'input-available';
  return [available, ...approval(tool), ...(isPending ? [available] : [])];
}

function approval({ toolCallId, approval }: UiToolPart): Chunk[] {
  return approval === undefined
    ? []
    : [{ type: 'tool-approval-request', approvalId: approval.id, toolCallId }];
}

function outcome(tool: UiToolPart): Chunk[] {
  const { toolCallId, providerExecuted, preliminary } = tool;
  const by = providerExecuted === undefined ? {} : { providerExecuted };
  switch (tool.state) {
    case 'output-available': {
      const kind = preliminary === undefined ? {} : { preliminary };
      return [
        {
          type: 'tool-output-available',
          toolCallId,
          output: tool.output ?? null,
          dynamic: true,
          ...by,
          ...kind,
        },
      ];
    }
    case 'output-error':
      return [
        { type: 'tool-output-error', toolCallId, errorText: tool.errorText ?? '', dynamic: true, ...by },
      ];
    case 'output-denied':
      return [{ type: 'tool-output-denied', toolCallId }];
    default:
      return [];
  }
}

/** The call without its outcome. */
function callOf({ toolName, toolCallId, input, title }: UiToolPart): object {
  return { toolName, toolCallId, input, title };
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
