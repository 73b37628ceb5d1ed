import { expect, test } from 'vitest';
import { HOSTILE_HOSTS } from './hostile-hosts.test-support.ts';
import { isLoopbackName, isSpecialAddress } from './special-addresses.ts';

/** What a URL makes of a host; brackets are taken off. */
const hostOf = (host: string): string => new URL(`https://${host}/`).hostname.replace(/^\[(.*)\]$/, '$1');

test('there are 40 hostile spellings and more', () => {
  expect(new Set(HOSTILE_HOSTS).size).toBeGreaterThanOrEqual(40);
});

test.each(HOSTILE_HOSTS)('%s is refused', (host) => {
  expect(isSpecialAddress(hostOf(host))).toBe(true);
});

test.each([
  ...['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '192.0.3.1', '2606:4700:4700::1111'],
  ...['2a00:1450:4001::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
])('%s is taken', (address) => {
  expect(isSpecialAddress(address)).toBe(false);
});

test.each(['', 'example.com', 'fe80::1%eth0', '1.2.3', '::ffff:8.8.8.8%lo'])('%j is no address', (text) => {
  expect(isSpecialAddress(text)).toBe(true);
});

test('names of this machine are known, and no others', () => {
  expect(['localhost', 'LOCALHOST.', 'a.localhost'].map(isLoopbackName)).toEqual([true, true, true]);
  expect(['localhost.example.com', 'my-localhost'].map(isLoopbackName)).toEqual([false, false]);
});
