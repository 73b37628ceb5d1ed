import { expect, test } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createOwnerShares, type OwnerSharesOptions, type PlaceRequest, SharesFull } from './owner-shares.ts';

function setUp(options: Partial<OwnerSharesOptions> = {}) {
  const clock = createManualClock(0);
  const shares = createOwnerShares({ places: 4, placesPerOwner: 2, clock, ...options });
  /** Who has got a place, in order. */
  const served: string[] = [];
  const releases: (() => void)[] = [];
  const ask = (name: string, request?: PlaceRequest, [ownerId = ''] = name.split(' ')) =>
    shares.acquire(ownerId, request).then(
      (release) => {
        served.push(name);
        releases.push(release);
      },
      (error: unknown) => error,
    );
  /** Gives the place back that was taken first, and lets waiters go on. */
  const releaseOne = async (): Promise<void> => {
    releases.shift()?.();
    await clock.advance(0);
  };
  return { clock, shares, served, releases, ask, releaseOne };
}

test('an owner holds its share at most, and all owners together no more than all places', async () => {
  const { shares, served, ask, clock } = setUp();
  for (const name of ['ada 1', 'ada 2', 'ada 3', 'bob 1', 'bob 2', 'cleo 1']) void ask(name);
  await clock.advance(0);
  expect(served).toEqual(['ada 1', 'ada 2', 'bob 1', 'bob 2']);
  expect(shares.tryAcquire('dan')).toBeUndefined();
});

test('a caller that waits for the share of its owner holds no place of the others', async () => {
  const { served, ask, clock } = setUp({ places: 3 });
  for (let n = 0; n < 100; n += 1) void ask(`ada ${n}`);
  void ask('bob 1');
  await clock.advance(0);
  expect(served).toEqual(['ada 0', 'ada 1', 'bob 1']);
});

test('free places go to the waiting owners in turn, not in order of arrival', async () => {
  const { served, ask, clock, releaseOne } = setUp({ places: 2, placesPerOwner: 2 });
  for (let n = 1; n <= 5; n += 1) void ask(`ada ${n}`);
  await clock.advance(0);
  for (const name of ['bob 1', 'bob 2', 'cleo 1']) void ask(name);
  for (let n = 0; n < 6; n += 1) await releaseOne();
  expect(served).toEqual(['ada 1', 'ada 2', 'bob 1', 'cleo 1', 'ada 3', 'bob 2', 'ada 4', 'ada 5']);
});

test('an owner whose share is full is passed over until one of its places is free', async () => {
  const { served, ask, clock, releaseOne } = setUp({ places: 2, placesPerOwner: 1 });
  for (const name of ['ada 1', 'ada 2', 'bob 1', 'bob 2', 'cleo 1']) void ask(name);
  await clock.advance(0);
  await releaseOne();
  expect(served).toEqual(['ada 1', 'bob 1', 'cleo 1']);
  await releaseOne();
  expect(served.at(-1)).toBe('ada 2');
});

test('within an owner the higher priority is served first, and lower ones leave their reserve', async () => {
  const { served, ask, clock, releaseOne } = setUp({ placesPerOwner: 3, reserves: [0, 0, 2] });
  for (let n = 1; n <= 2; n += 1) void ask(`ada poll ${n}`, { priority: 2 });
  void ask('ada read 1', { priority: 1 });
  void ask('ada read 2', { priority: 1 });
  void ask('ada read 3', { priority: 1 });
  void ask('ada change', { priority: 0 });
  await clock.advance(0);
  expect(served).toEqual(['ada poll 1', 'ada read 1', 'ada read 2']);
  await releaseOne();
  await releaseOne();
  expect(served.slice(3)).toEqual(['ada change', 'ada read 3']);
  for (let n = 0; n < 3; n += 1) await releaseOne();
  expect(served.at(-1)).toBe('ada poll 2');
});

test('however many owners take all they may, one that has just come finds a place', async () => {
  const { served, ask, clock } = setUp({ places: 16, placesPerOwner: 4, crowding: [1] });
  const owners = ['ada', 'bob', 'cleo', 'dan', 'eve'];
  for (const owner of owners) for (let n = 0; n < 9; n += 1) void ask(`${owner} ${n}`);
  await clock.advance(0);
  expect(owners.map((owner) => served.filter((name) => name.startsWith(owner)).length)).toEqual([
    4, 4, 4, 2, 1,
  ]);
  void ask('finn 0');
  await clock.advance(0);
  expect(served.at(-1)).toBe('finn 0');
});

test('an owner is crowded out by others only, and gets on as soon as enough places are free', async () => {
  const { served, ask, clock, releases } = setUp({
    places: 4,
    placesPerOwner: 4,
    reserves: [0, 0],
    crowding: [2, 1],
  });
  for (const name of ['ada 1', 'ada 2', 'ada 3']) void ask(name, { priority: 1 });
  await clock.advance(0);
  void ask('bob 1');
  void ask('ada 4', { priority: 1 });
  await clock.advance(0);
  expect(served).toEqual(['ada 1', 'ada 2', 'ada 3', 'bob 1']);
  releases[0]?.();
  releases[1]?.();
  await clock.advance(0);
  expect(served.at(-1)).toBe('ada 4');
});

test('a caller that waits does not get past its deadline, and leaves no timer', async () => {
  const { ask, clock } = setUp({ places: 1 });
  void ask('ada 1');
  const late = ask('bob 1', { deadlineAtMs: 1_000 });
  await clock.advance(1_000);
  expect(await late).toBeInstanceOf(SharesFull);
  expect(clock.pending()).toBe(0);
});

test('a place is not given to a caller that has left', async () => {
  const { shares, served, ask, clock, releaseOne } = setUp({ places: 1 });
  void ask('ada 1');
  await clock.advance(0);
  const abort = new AbortController();
  const leaving = ask('bob 1', { signal: abort.signal, deadlineAtMs: 5_000 });
  void ask('cleo 1');
  abort.abort(new Error('left'));
  expect(await leaving).toMatchObject({ message: 'left' });
  await releaseOne();
  expect(served).toEqual(['ada 1', 'cleo 1']);
  expect([shares.owners(), clock.pending()]).toEqual([1, 0]);
  await expect(shares.acquire('dan', { signal: abort.signal })).rejects.toThrow('left');
});

test('more callers of one owner than may wait are refused at once', async () => {
  const { ask, clock, served } = setUp({ placesPerOwner: 1, maxWaitingPerOwner: 1 });
  void ask('ada 1');
  void ask('ada 2');
  expect(await ask('ada 3')).toBeInstanceOf(SharesFull);
  void ask('bob 1');
  await clock.advance(0);
  expect(served).toEqual(['ada 1', 'bob 1']);
});

test('a place is tried for without waiting, and not past those who wait', async () => {
  const { shares, ask, clock } = setUp({ places: 3, placesPerOwner: 2, reserves: [0, 1] });
  const release = shares.tryAcquire('ada', 1);
  expect(shares.tryAcquire('ada', 1)).toBeUndefined();
  void ask('ada 1', { priority: 1 });
  expect(shares.tryAcquire('ada', 0)).toBeDefined();
  release?.();
  await clock.advance(0);
  expect(shares.tryAcquire('ada', 1)).toBeUndefined();
});

test('owners without a place and without a waiter are forgotten', async () => {
  const { shares, ask, clock, releaseOne, releases } = setUp();
  for (let n = 0; n < 1_000; n += 1) void ask(`owner${n} 1`);
  await clock.advance(0);
  expect(shares.owners()).toBe(1_000);
  while (releases.length > 0) await releaseOne();
  expect(shares.owners()).toBe(0);
});
