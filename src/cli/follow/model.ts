/** An event of the log, as REST writes it. */
export interface LogEvent {
  id: string;
  type: string;
  deploymentId: string;
  taskId: string | null;
  status: string;
  rawStatus: string;
  occurredAt: string;
  reason: string | null;
}

/** A part of a message; which fields it has depends on its type. */
export interface Part {
  type: string;
  text?: string;
  toolName?: string;
  state?: string | null;
  errorText?: string | null;
}

/** A message of a conversation, as it is at the moment. */
export interface Message {
  index: number;
  role: string;
  parts: Part[];
}

/** What a deployment has used. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  turns: number;
}

/** A deployment, as REST writes it. */
export interface Deployment {
  id: string;
  status: string;
  rawStatus: string;
  isTerminal: boolean;
  taskId: string | null;
  runtimeError: string | null;
  endReason: string | null;
  createdAt: string | null;
}

export const MESSAGES = `subscription ($id: ID!, $after: Int) {
  message: conversationMessages(deploymentId: $id, after: $after, untilTerminal: true) {
    index role parts { type
      ... on TextPart { text state }
      ... on ReasoningPart { text state }
      ... on ToolPart { toolName state errorText }
    }
  }
}`;

export const USAGE = `subscription ($id: ID!) {
  usage: conversationUsage(deploymentId: $id) { inputTokens outputTokens turns }
}`;

/** Without a cursor it begins with the newest event of each unfinished deployment. */
export const EVENTS = `subscription ($after: ID) {
  event: deploymentEvents(after: $after) { id type deploymentId taskId status rawStatus occurredAt reason }
}`;

/** The exit code that says how a deployment has ended. */
export function exitCodeOf(status: string): 0 | 1 | 3 {
  if (status === 'COMPLETED') return 0;
  return status === 'STOPPED' ? 3 : 1;
}
