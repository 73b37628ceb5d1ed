import { z } from 'zod';
import { MAX_PROBLEMS } from '../../errors.ts';
import { MALFORMED_KEY, readKey } from '../../services/common/idempotency-key.ts';

/** Query parameters and headers that many routes have. Objects are strict: an unknown field is refused by name. */

export const credentialQuery = z.strictObject({
  credentialId: z.string().optional().describe("One of the caller's credentials; without it the default one"),
});

export const organizationQuery = credentialQuery.extend({
  organizationId: z.string().optional().describe('An organization; without it the one of the credential'),
});

/** Which page of a list that can grow. */
export const pageQuery = z.strictObject({
  after: z.string().optional().describe('The `endCursor` of the page before; without it the first page'),
  first: z.coerce.number().int().min(1).max(500).optional().describe('Number of items in a page'),
});

/** Which page of a list that the upstream gives whole. */
export const wholePageQuery = pageQuery.extend({
  first: pageQuery.shape.first.describe('Number of items in a page; without it all that are left'),
});

/** The end of a page. */
export const pageInfo = z
  .object({
    hasNextPage: z.boolean().describe('Whether there is more now'),
    endCursor: z.string().nullable().describe('The `after` of the next page'),
  })
  .meta({ id: 'PageInfo' });

/**
 * A list in a body. Its items are checked one by one first: the problems of more than 20 are counted, in one issue with
 * `more`, and not kept. Hundreds of thousands of issues would cost thirty times as much as to read the body.
 */
export function boundedList<T extends z.ZodArray>(list: T) {
  return z.preprocess((value, { issues }) => {
    if (!Array.isArray(value)) return value;
    let named = 0;
    let more = 0;
    for (const [index, item] of value.entries()) {
      const checked = list.element._zod.run({ value: item, issues: [] }, { async: false });
      if (checked instanceof Promise) throw new Error('Items of a list must be checked synchronously');
      if (checked.issues.length === 0) continue;
      if (named >= MAX_PROBLEMS) more += checked.issues.length;
      else {
        named += checked.issues.length;
        issues.push(...z.core.util.prefixIssues(index, checked.issues));
      }
    }
    if (more > 0) issues.push({ code: 'custom', input: value, params: { more } });
    return named === 0 ? value : z.NEVER;
  }, list);
}

/** A query parameter that is on or off. */
export const optionalFlag = z.enum(['true', 'false']).optional();

/** What can be selected from an event log. */
export const eventLogQuery = credentialQuery.extend({
  after: z.string().optional().describe('A cursor, the `id` of an event; without it from the beginning'),
  first: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .optional()
    .describe('Number of events in a page; streams ignore it'),
});

/** Makes a POST safe to retry (PROTOCOL.md, Doing something once). */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .refine((key) => readKey(key) !== undefined, MALFORMED_KEY)
    .optional()
    .describe(
      'Requests with the same key and input are carried out once and get the same answer for 24 hours. 1 to 255 ' +
        'characters of printable ASCII; blanks around them do not count',
    ),
});

const limit = z.int().min(1).nullable().optional();
const flag = z.boolean().nullable().optional();

/** The limits of a deployment. */
export const guard = z
  .strictObject({
    maxTokens: limit.describe('The maximum of input and output tokens together'),
    maxTurns: limit.describe(
      'The maximum of turns: steps of the agent, or messages where there are no steps',
    ),
    maxDurationSeconds: limit.describe('The maximum of seconds since the start, time in the queue included'),
    stopOnRuntimeError: flag.describe('Stops when a tool reports a runtime error'),
    stopOnWarning: flag.describe('Stops when a tool gives a warning'),
    warnAt: z
      .number()
      .gt(0)
      .max(1)
      .nullable()
      .optional()
      .describe(
        'The share of a limit at which GUARD_WARNED is in the log, once for each limit; without it 0.8',
      ),
  })
  .nullable()
  .optional();

/** What becomes of a prompt while the agent works. */
export const onBusy = z.enum(['send', 'reject', 'enqueue', 'interrupt']).optional();
