/**
 * Deploys a task as a service account and waits for the end. Exit code: 0 completed, 1 ended otherwise, 2 could not be done.
 * Takes its settings from QUANTGATE_URL, CLIENT_ID, CLIENT_SECRET and TASK_ID.
 */
import { createClient, isQuantgateError } from '@quantgate/client';

/** A token is asked for anew so long before its end. */
const EARLY_MS = 30_000;

function read(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** Asks for tokens by client credentials, and keeps one as long as it is good. */
function createTokens(url: string, clientId: string, clientSecret: string) {
  let token = '';
  let goodUntilMs = 0;
  return async (refused?: string): Promise<string> => {
    if (token !== refused && Date.now() < goodUntilMs) return token;
    const answer = await fetch(`${url}/v1/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      }),
    });
    if (!answer.ok) throw new Error(`No token: ${answer.status} ${await answer.text()}`);
    const granted = (await answer.json()) as { access_token: string; expires_in: number };
    token = granted.access_token;
    goodUntilMs = Date.now() + granted.expires_in * 1_000 - EARLY_MS;
    return token;
  };
}

async function main(): Promise<number> {
  const url = read('QUANTGATE_URL');
  const token = createTokens(url, read('CLIENT_ID'), read('CLIENT_SECRET'));
  const client = createClient({ url, auth: { kind: 'own', token } });
  try {
    const { id } = await client.deploy({ taskId: read('TASK_ID') });
    console.log(`${id} deployed`);
    let status: string | null | undefined;
    // The feed goes on over broken connections and restarts of the gateway; it ends with the deployment.
    for await (const { event } of client.follow(id, { after: '0' })) {
      status = event.status;
      console.log(`${id} ${event.type} ${event.status}`);
    }
    return status === 'COMPLETED' ? 0 : 1;
  } finally {
    client.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const code = isQuantgateError(error) ? `${error.code}: ` : '';
  console.error(code + (error instanceof Error ? error.message : String(error)));
  process.exitCode = 2;
}
