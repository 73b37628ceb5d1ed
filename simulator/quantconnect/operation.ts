import type { Fields } from './fields.ts';
import type { Caller } from './world.ts';

export interface OperationInput {
  caller: Caller;
  fields: Fields;
  body: Record<string, unknown>;
}

/** One path of the API: returns the fields beside `success` and `errors`, or throws a `Refusal`. */
export type Operation = (input: OperationInput) => Record<string, unknown>;
