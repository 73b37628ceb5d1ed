/** Users of a measured gateway, made over its public interface. */
import { accountOf, organizationOf, upstreamTokenOf } from './identities.ts';
import { forEachOf } from './waiting.ts';

const AT_ONCE = 8;

export interface Account {
  accessToken: string;
  refreshToken: string;
}

export async function post<T>(url: string, body: unknown, accessToken?: string): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function usersUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, user) => user);
}

/** Signs users up, each with an upstream account and organization of its own. */
export async function signUp(url: string, count: number): Promise<Account[]> {
  const accounts: Account[] = [];
  await forEachOf(usersUpTo(count), AT_ONCE, async (user) => {
    const person = { email: `bench-${user}@example.com`, password: `correct horse battery ${user}` };
    await post(`${url}/v1/auth/register`, person);
    const account = await post<Account>(`${url}/v1/auth/login`, person);
    const credential = {
      provider: 'QUANTCONNECT',
      label: 'bench',
      userId: accountOf(user),
      apiToken: upstreamTokenOf(user),
      organizationId: organizationOf(user),
    };
    await post(`${url}/v1/credentials`, credential, account.accessToken);
    accounts[user] = account;
  });
  return accounts;
}

/** New access tokens for all. Each store has its own successors, so the tokens given remain as they are. */
export async function refreshed(url: string, accounts: readonly Account[]): Promise<Account[]> {
  const successors: Account[] = [];
  await forEachOf(accounts, AT_ONCE, async ({ refreshToken }, user) => {
    successors[user] = await post<Account>(`${url}/v1/auth/refresh`, { refreshToken });
  });
  return successors;
}

/** Deploys through the gateway: `count` deployments for each account, spread over its tasks. */
export async function deploy(
  url: string,
  accounts: readonly Account[],
  count: number,
  taskIdOf: (user: number, position: number) => number,
): Promise<void> {
  const jobs = accounts.flatMap((account, user) =>
    Array.from({ length: count }, (_, at) => ({ account, taskId: taskIdOf(user, at) })),
  );
  await forEachOf(jobs, AT_ONCE, async ({ account, taskId }) => {
    await post(`${url}/v1/tasks/${taskId}/deployments`, {}, account.accessToken);
  });
}
