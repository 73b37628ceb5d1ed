import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemRandom } from '../lib/random.ts';
import { lockDataDir } from './data-dir-lock.ts';

const deps = { clock: { now: () => 0 }, random: systemRandom };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quantgate-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a second lock of a folder is refused and names the holder', () => {
  const lock = lockDataDir(folder, deps);
  expect(() => lockDataDir(folder, deps)).toThrow(
    `DATA_DIR ${folder} is in use by process ${process.pid} on ${hostname()}, since 1970-01-01T00:00:00.000Z`,
  );
  // A refused try changes nothing.
  expect(() => lockDataDir(folder, deps)).toThrow('is in use');
  lock.release();
});

test('a released folder can be locked again; its file is private', () => {
  lockDataDir(folder, deps).release();
  lockDataDir(folder, deps).release();
  expect(statSync(join(folder, 'quantgate.lock')).mode & 0o777).toBe(0o600);
});

test('locks of two folders do not touch', () => {
  const first = lockDataDir(join(folder, 'first'), deps);
  const second = lockDataDir(join(folder, 'second'), deps);
  first.release();
  second.release();
});
