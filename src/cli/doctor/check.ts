import { describeFailure } from '../../composition/start-failures.ts';
import { StartError } from '../../lib/start-error.ts';

/** `warn`: it works, and an operator should know. `fail`: the gateway does not start, or does not do its work. */
export type CheckStatus = 'ok' | 'warn' | 'fail';

/** What `doctor` has found about one thing. */
export interface Check {
  /** The thing, the same in every version: see docs/operate/command-line.md, doctor. */
  name: string;
  status: CheckStatus;
  /** One line: what was found, and what to do unless it is fine. Never a secret. */
  detail: string;
}

/** The checks of one thing, under its name. */
export function checksOf(name: string) {
  const as =
    (status: CheckStatus) =>
    (detail: string): Check => ({ name, status, detail });
  return { ok: as('ok'), warn: as('warn'), fail: as('fail') };
}

/** Checks one thing. What is thrown is its failure. */
export async function checking(name: string, work: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await work();
  } catch (error) {
    const line =
      error instanceof StartError ? error.message : describeFailure(error, 'It cannot be used', '');
    return [checksOf(name).fail(line)];
  }
}
