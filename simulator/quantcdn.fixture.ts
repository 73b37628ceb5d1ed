import type { Json } from './client.fixture.ts';
import { type Simulator, type SimulatorOptions, seededQuantCdnToken, startSimulator } from './index.ts';

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const START_MS = Date.UTC(2026, 0, 1);
export const organisation = 'acme';
/** An id that does not exist. */
export const nobody = '00000000-0000-4000-8000-000000000000';

export interface CdnAnswer {
  status: number;
  json: Json;
}

/** A client of one organisation; paths begin after `/ai/tasks`. */
export function cdnClientOf(
  sim: Simulator,
  token = seededQuantCdnToken.token,
  organisationName = organisation,
) {
  const send = (method: string, path = '', body?: unknown) =>
    fetch(`${sim.quantCdnUrl}/api/v3/organizations/${organisationName}/ai/tasks${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: body === undefined ? null : JSON.stringify(body),
      redirect: 'manual',
    });
  const cdn = async (method: string, path = '', body?: unknown): Promise<CdnAnswer> => {
    const response = await send(method, path, body);
    return { status: response.status, json: JSON.parse(await response.text()) };
  };
  /** The JSON of a request that must succeed. */
  const well = async (method: string, path = '', body?: unknown): Promise<Json> => {
    const { status, json } = await cdn(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} answered HTTP ${status}`);
    return json;
  };
  const create = async (fields: Record<string, unknown> = {}): Promise<string> =>
    (await well('POST', '', { title: 'Write summary', ...fields })).taskId;
  const get = (taskId: string): Promise<Json> => well('GET', `/${taskId}`);
  const put = (taskId: string, fields: Record<string, unknown>): Promise<Json> =>
    well('PUT', `/${taskId}`, fields);
  return { send, cdn, well, create, get, put };
}

export type CdnClient = ReturnType<typeof cdnClientOf>;

/** A simulator with a manual clock at the first moment of 2026. */
export async function stillCdn(options: SimulatorOptions = {}) {
  const sim = await startSimulator({ manualClock: true, startMs: START_MS, ...options });
  return { sim, client: cdnClientOf(sim) };
}
