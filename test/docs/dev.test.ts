import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { freePort, start } from './running.ts';

const TOKEN = /\n {2}token +(\S+)\n/;

test('npm run dev prints a token that works, also after a restart; Ctrl-C ends it', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-dev-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const port = String(await freePort());
  const env = { PORT: port, DATA_DIR: join(folder, 'data') };
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', 'scripts/dev.ts'];

  for (const attempt of ['first', 'second']) {
    await using dev = await start(command, TOKEN, { cwd: resolve(import.meta.dirname, '../..'), env });
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${dev.match}` },
      body: JSON.stringify({
        query: '{ viewer { email credentials { provider label status } } agents { id } }',
      }),
    });
    expect(await response.json(), attempt).toEqual({
      data: {
        viewer: {
          email: 'dev@example.com',
          credentials: [
            { provider: 'QUANTCONNECT', label: 'simulator', status: 'VERIFIED' },
            { provider: 'QUANTCDN', label: 'simulator', status: 'VERIFIED' },
          ],
        },
        agents: [{ id: '47' }],
      },
    });
    expect(await dev.stop(), attempt).toBe(0);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  }
});
