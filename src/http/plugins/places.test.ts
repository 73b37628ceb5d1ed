import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createPlaces, type Place } from './places.ts';

const staying = new AbortController().signal;

/** The places that an owner has got so far. */
function take(places: ReturnType<typeof createPlaces>, ownerId: string, count: number): Place[] {
  const got: Place[] = [];
  for (let index = 0; index < count; index += 1)
    void places.take(ownerId, staying).then((place) => got.push(place));
  return got;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('an owner has 32 places; more wait in order, 256 at most, and no other owner waits', async () => {
  const places = createPlaces(createManualClock());
  const got = take(places, 'ada', 32 + 256);
  await settle();
  expect(got).toHaveLength(32);
  await expect(places.take('ada', staying)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(await places.take('bob', staying)).toBeDefined();
  got[0]?.release();
  got[0]?.release();
  await settle();
  expect(got).toHaveLength(33);
});

test('a client that has left gives its place back and waits for none', async () => {
  const places = createPlaces(createManualClock());
  const left = new AbortController();
  for (let index = 0; index < 32; index += 1) await places.take('ada', left.signal);
  const waiting = places.take('ada', left.signal);
  const next = take(places, 'ada', 1);
  left.abort(new Error('left'));
  await expect(waiting).rejects.toThrow('left');
  await settle();
  expect(next).toHaveLength(1);
});

test('an owner has four large answers; a fifth waits until one of them has left', async () => {
  const places = createPlaces(createManualClock());
  const got = take(places, 'ada', 5);
  await settle();
  let grown = 0;
  for (const place of got) void place.growLarge().then(() => (grown += 1));
  await settle();
  expect(grown).toBe(4);
  got[1]?.release();
  await settle();
  expect(grown).toBe(5);
});
