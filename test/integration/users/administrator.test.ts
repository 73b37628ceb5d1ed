import { expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { bootGateway } from '../../support/gateway.ts';
import { temporaryFolder } from '../../support/process.ts';

test('a start says that it made the administrator of ADMIN_EMAIL, or that a changed ADMIN_PASSWORD has changed nothing', async () => {
  await using folder = await temporaryFolder();
  /** Starts with this password: what the log says of it, and what a sign-in with this one and with the first is answered. */
  const start = async (password: string) => {
    const env = { ...ADMIN_ENV, ADMIN_PASSWORD: password, DATA_DIR: folder.path };
    await using gateway = await bootGateway({ polls: false, env });
    const signIn = async (password: string): Promise<number> => {
      const body = JSON.stringify({ email: ADMIN.email, password });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${gateway.url}/v1/auth/login`, { method: 'POST', headers, body })).status;
    };
    const lines = gateway.logLines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    return {
      said: lines.filter((line) => line.includes('ADMIN_EMAIL')),
      withThis: await signIn(password),
      withFirst: await signIn(ADMIN.password),
    };
  };

  expect(await start(ADMIN.password)).toEqual({
    said: ['administrator of ADMIN_EMAIL created'],
    withThis: 200,
    withFirst: 200,
  });
  expect(await start('another horse battery')).toEqual({
    said: ['administrator of ADMIN_EMAIL was there already; the password is left as it is'],
    withThis: 401,
    withFirst: 200,
  });
});
