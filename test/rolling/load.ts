import { Agent } from 'undici';

/** A request that was not answered as it should be. */
export interface Failure {
  path: string;
  /** The status, or what was thrown. */
  cause: string;
}

export interface LoadResult {
  sent: number;
  failures: Failure[];
}

export interface LoadOptions {
  url: string;
  accessToken: string;
  ratePerSecond: number;
}

const QUERY = JSON.stringify({ query: '{ viewer { id } }' });

/** What is asked in turn: reads over both doors, with and without the store, and a page that only the store answers. */
const REQUESTS = [
  { method: 'GET', path: '/v1/me' },
  { method: 'POST', path: '/graphql', body: QUERY },
  { method: 'GET', path: '/v1/events' },
  { method: 'GET', path: '/v1/credentials' },
];

/** How often requests are begun. */
const TICK_MS = 20;

/**
 * Sends requests at an even rate, whether answers come or not.
 * @returns stops it, and waits for the answers that are still to come
 */
export function startLoad({ url, accessToken, ratePerSecond }: LoadOptions): () => Promise<LoadResult> {
  const agent = new Agent({ connections: 100 });
  const failures: Failure[] = [];
  const underWay = new Set<Promise<void>>();
  const beganAt = performance.now();
  let sent = 0;

  const send = async (): Promise<void> => {
    const { method, path, body } = REQUESTS[sent++ % REQUESTS.length] as (typeof REQUESTS)[number];
    try {
      const answer = await agent.request({
        origin: url,
        method: method as 'GET',
        path,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
        body: body ?? null,
      });
      const text = await answer.body.text();
      if (answer.statusCode !== 200 || text.includes('"errors"'))
        failures.push({ path, cause: `${answer.statusCode} ${text.slice(0, 200)}` });
    } catch (error) {
      failures.push({ path, cause: String(error) });
    }
  };

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - beganAt) * ratePerSecond) / 1_000);
    while (sent < due) {
      const one = send().finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }, TICK_MS);

  return async () => {
    clearInterval(timer);
    await Promise.all(underWay);
    await agent.close();
    return { sent, failures };
  };
}
