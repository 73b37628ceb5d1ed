/** What the page leaves open, or says in two ways: a switch for each, changeable while the simulator runs. */
export interface Behaviour {
  /** Which shape refused credentials get (page section 2.5). @default 'http401' */
  authFailure: 'http401' | 'hash200' | 'http500';
  /** Oldest timestamp accepted (page section 2.3, OBS). @default 7200 */
  maxAgeSeconds: number;
  /** Furthest future timestamp accepted (page section 2.3, INF). @default 300 */
  maxFutureSkewSeconds: number;
  /** Ids and token counts as text, booleans as 0/1, numeric text accepted (page section 10, INF). @default false */
  looseTypes: boolean;
  /** `[]` where an empty object is meant, as PHP writes it (page section 10, INF). @default true */
  emptyObjectsAsArrays: boolean;
  /** `tasks/update` answers with the task too (page section 6.3, OBS). @default false */
  taskInUpdate: boolean;
  /** Refuse a prompt to a finished deployment (page section 7.2, INF). @default false */
  strictPrompts: boolean;
  /** Reads of an agent hand the user's LLM key back (page section 4.1, DOC). @default true */
  handBackKeys: boolean;
  /** `deployments/create` beyond capacity is refused instead of queued (page section 3.1, INF). @default false */
  refuseWhenFull: boolean;
  /** The conversation of a queued deployment (page section 8, OBS). @default 'null' */
  queuedConversation: 'null' | 'absent';
}

export const defaultBehaviour: Behaviour = {
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
};
