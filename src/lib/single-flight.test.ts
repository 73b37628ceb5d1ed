import { expect, test } from 'vitest';
import { createSingleFlight } from './single-flight.ts';

function setUp() {
  const flights = createSingleFlight();
  const started: { resolve: (value: string) => void; signal: AbortSignal | undefined }[] = [];
  const start = (signal: AbortSignal | undefined) =>
    new Promise<string>((resolve, reject) => {
      started.push({ resolve, signal });
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  return { flights, started, start };
}

test('equal keys of a group share a call, other groups and keys do not', async () => {
  const { flights, started, start } = setUp();
  const all = [
    flights.run('a', 'k', start),
    flights.run('a', 'k', start),
    flights.run('b', 'k', start),
    flights.run('a', 'l', start),
  ];
  expect(started).toHaveLength(3);
  for (const [index, flight] of started.entries()) flight.resolve(String(index));
  expect(await Promise.all(all)).toEqual(['0', '0', '1', '2']);
  expect(flights.has('a', 'k')).toBe(false);
});

test('the other callers get their result when one aborts', async () => {
  const { flights, started, start } = setUp();
  const abort = new AbortController();
  const leaving = flights.run('a', 'k', start, abort.signal);
  const staying = flights.run('a', 'k', start);
  abort.abort(new Error('left'));
  await expect(leaving).rejects.toThrow('left');
  expect(started[0]!.signal?.aborted).toBe(false);
  started[0]!.resolve('done');
  expect(await staying).toBe('done');
});

test('the call is aborted when the last caller has aborted, and the next caller starts a new one', async () => {
  const { flights, started, start } = setUp();
  const first = new AbortController();
  const second = new AbortController();
  const both = [flights.run('a', 'k', start, first.signal), flights.run('a', 'k', start, second.signal)].map(
    (run) => expect(run).rejects.toThrow(),
  );
  first.abort();
  second.abort();
  await Promise.all(both);
  expect(started[0]!.signal?.aborted).toBe(true);
  const next = flights.run('a', 'k', start);
  started[1]!.resolve('fresh');
  expect(await next).toBe('fresh');
});

test('a forgotten call is not joined, and its end does not remove the next one', async () => {
  const { flights, started, start } = setUp();
  const before = flights.run('a', 'k', start);
  flights.forget('a');
  const after = flights.run('a', 'k', start);
  started[0]!.resolve('old');
  expect(await before).toBe('old');
  expect(flights.has('a', 'k')).toBe(true);
  started[1]!.resolve('new');
  expect(await after).toBe('new');
});

test('a failure reaches every caller and is not cached', async () => {
  const { flights } = setUp();
  const fail = () => Promise.reject(new Error('broken'));
  const both = [flights.run('a', 'k', fail), flights.run('a', 'k', fail)];
  for (const run of both) await expect(run).rejects.toThrow('broken');
  expect(await flights.run('a', 'k', async () => 'fine')).toBe('fine');
});

test('a call that has landed is not aborted when its callers leave', async () => {
  const { flights, started, start } = setUp();
  const { signal } = new AbortController();
  const both = [flights.run('a', 'k', start, signal), flights.run('a', 'k', start, signal)];
  started[0]!.resolve('done');
  await Promise.all(both);
  expect(started[0]!.signal?.aborted).toBe(false);
});

test('a call whose first caller cannot leave gets no signal, and goes on when a later caller leaves', async () => {
  const { flights, started, start } = setUp();
  const abort = new AbortController();
  const staying = flights.run('a', 'k', start);
  const leaving = flights.run('a', 'k', start, abort.signal);
  abort.abort(new Error('left'));
  await expect(leaving).rejects.toThrow('left');
  expect(started[0]!.signal).toBeUndefined();
  expect(flights.has('a', 'k')).toBe(true);
  started[0]!.resolve('done');
  expect(await staying).toBe('done');
});
