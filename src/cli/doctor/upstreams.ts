import type { Runtime } from '../../composition/runtime.ts';
import type { Config } from '../../config.ts';
import { type Check, checksOf } from './check.ts';

/** `Date` has whole seconds, so less than the first is no difference. */
const SKEW_WARN_MS = 3_000;
const SKEW_FAIL_MS = 60_000;

/** What an upstream says to a request without a credential; a body is not promised (docs/upstream). */
const REFUSALS = new Set([401, 403, 429]);

/** The address of one harmless read that needs no credential: the refusal shows what is there. */
const ASKED = {
  quantconnect: (baseUrl: string) => `${baseUrl}/authenticate`,
  quantcdn: (baseUrl: string) => `${baseUrl}/api/v3/organizations/doctor/ai/tasks`,
};

/** Whether both upstreams can be reached, are what they should be, and have the time of this machine. */
export async function checkUpstreams(config: Config, runtime: Runtime): Promise<Check[]> {
  const { timeoutMs } = config.upstream;
  const checks = await Promise.all([
    checkUpstream({
      name: 'quantconnect',
      variable: 'QUANTCONNECT_BASE_URL',
      url: ASKED.quantconnect(config.quantConnectBaseUrl),
      timeoutMs,
      runtime,
    }),
    checkUpstream({
      name: 'quantcdn',
      variable: 'QUANTCDN_BASE_URL',
      url: ASKED.quantcdn(config.quantCdnBaseUrl),
      timeoutMs,
      runtime,
    }),
  ]);
  return checks.flat();
}

interface Asked {
  name: string;
  /** The variable that names it. */
  variable: string;
  url: string;
  timeoutMs: number;
  runtime: Runtime;
}

async function checkUpstream({ name, variable, url, timeoutMs, runtime }: Asked): Promise<Check[]> {
  const { ok, warn, fail } = checksOf(name);
  const { host } = new URL(url);
  const { clock, version } = runtime;
  const sentMs = clock.now();
  let answer: Response;
  try {
    answer = await fetch(url, {
      headers: { accept: 'application/json', 'user-agent': `quantgate/${version}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    return [
      fail(`${host} cannot be reached (${causeOf(error)}): check the network, a proxy, and ${variable}`),
    ];
  }
  const text = await answer.text().catch(() => '');
  const skew = checkClock(`${name}-clock`, answer.headers.get('date'), (sentMs + clock.now()) / 2);
  const { status } = answer;
  if (isPage(answer, text)) {
    const line = `${host} answers with ${status} and a page of HTML, no JSON: a firewall is in between, or ${variable} leads to something else`;
    return [fail(line), ...skew];
  }
  if (status >= 500) return [warn(`${host} answers with ${status}: it has trouble`), ...skew];
  if (!REFUSALS.has(status) && !isJson(text))
    return [fail(`${host} answers with ${status} and no JSON: ${variable} leads to something else`), ...skew];
  return [ok(`${host} answers`), ...skew];
}

function checkClock(name: string, date: string | null, atMs: number): Check[] {
  const { ok, warn, fail } = checksOf(name);
  const dateMs = Date.parse(date ?? '');
  if (Number.isNaN(dateMs)) return [warn('It does not tell its time, so the clock cannot be compared')];
  // Whole seconds: half a second later on average.
  const aheadMs = atMs - (dateMs + 500);
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const line = `The clock of this machine is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the upstream's: set it by NTP`;
  if (Math.abs(aheadMs) >= SKEW_FAIL_MS) return [fail(line)];
  return [Math.abs(aheadMs) >= SKEW_WARN_MS ? warn(line) : ok("The clock agrees with the upstream's")];
}

function isPage({ headers }: Response, text: string): boolean {
  return /html/i.test(headers.get('content-type') ?? '') || text.trimStart().startsWith('<');
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** The innermost code or message: `fetch failed` says nothing. */
function causeOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return 'no answer in time';
  return 'code' in cause ? String(cause.code) : cause.message;
}
