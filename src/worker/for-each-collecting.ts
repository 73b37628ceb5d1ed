import { isGatewayError } from '../errors.ts';

/** The work of one look, one piece after the other: it never takes the credential's budget by storm. */
export interface Turns {
  /** Gives each item its turn; true when any had something new. */
  each<T>(items: readonly T[], work: (item: T) => Promise<boolean>): Promise<boolean>;
  /** @throws what failed for one item, now that all the others have had their turn */
  finish(): void;
}

/** These may concern one object alone, which must not hide the end of the others. After any other, nobody is asked. */
const OF_ONE_OBJECT = ['UPSTREAM_BAD_RESPONSE', 'UPSTREAM_UNAVAILABLE'];

export function createTurns(): Turns {
  const failures: unknown[] = [];
  return {
    async each(items, work) {
      let isNew = false;
      for (const item of items) {
        try {
          if (await work(item)) isNew = true;
        } catch (error) {
          if (!isGatewayError(error) || !OF_ONE_OBJECT.includes(error.code)) throw error;
          failures.push(error);
        }
      }
      return isNew;
    },
    finish() {
      if (failures.length > 0) throw failures[0];
    },
  };
}
