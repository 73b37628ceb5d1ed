/**
 * A switch for each point that docs/upstream/quantconnect.md leaves open, or documents in two ways. Switches can
 * change while the simulator runs.
 */
export interface Behavior {
  /** Which shape refused credentials get (docs/upstream/quantconnect.md, Refused signatures). @default 'http401' */
  authFailure: 'http401' | 'hash200' | 'http500';
  /** Oldest timestamp accepted (docs/upstream/quantconnect.md, Signature lifetime; observed). @default 7200 */
  maxAgeSeconds: number;
  /**
   * Furthest future timestamp accepted (docs/upstream/quantconnect.md, Signature lifetime; assumed).
   * @default 300
   */
  maxFutureSkewSeconds: number;
  /**
   * Ids and token counts as text, booleans as 0/1, numeric text accepted (docs/upstream/quantconnect.md, Loose
   * values; assumed).
   * @default false
   */
  looseTypes: boolean;
  /**
   * `[]` where an empty object is meant, as PHP writes it (docs/upstream/quantconnect.md, Loose values; assumed).
   * @default true
   */
  emptyObjectsAsArrays: boolean;
  /**
   * `tasks/update` answers with the task too (docs/upstream/quantconnect.md, Task requests; observed).
   * @default false
   */
  taskInUpdate: boolean;
  /**
   * Refuse a prompt to a finished deployment (docs/upstream/quantconnect.md, Deployment requests; assumed).
   * @default false
   */
  strictPrompts: boolean;
  /**
   * Reads of an agent return the user's LLM key (docs/upstream/quantconnect.md, Agent fields; documented).
   * @default true
   */
  handBackKeys: boolean;
  /**
   * `deployments/create` beyond capacity is refused instead of queued (docs/upstream/quantconnect.md, Throttling
   * and capacity; assumed).
   * @default false
   */
  refuseWhenFull: boolean;
  /**
   * The conversation of a queued deployment (docs/upstream/quantconnect.md, Conversations; observed).
   * @default 'null'
   */
  queuedConversation: 'null' | 'absent';
  /**
   * Every field that is documented or observed holds something, also those that are usually empty, and those whose
   * contents are not published (docs/upstream/quantconnect.md, Conversation fields).
   * @default false
   */
  fillFields: boolean;
}

export const defaultBehavior: Behavior = {
  authFailure: 'http401',
  maxAgeSeconds: 7_200,
  maxFutureSkewSeconds: 300,
  looseTypes: false,
  emptyObjectsAsArrays: true,
  taskInUpdate: false,
  strictPrompts: false,
  handBackKeys: true,
  refuseWhenFull: false,
  queuedConversation: 'null',
  fillFields: false,
};
