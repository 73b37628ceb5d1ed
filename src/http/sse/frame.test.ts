import { expect, test } from 'vitest';
import { comment, frame } from './frame.ts';

test('an event has its id, its name and a line for each line of data', () => {
  expect(frame({ id: '7', event: 'CREATED', data: '{}' })).toBe('id: 7\nevent: CREATED\ndata: {}\n\n');
});

test('empty data still has a line, because clients do not dispatch an event without one', () => {
  expect(frame({ event: 'complete', data: '' })).toBe('event: complete\ndata: \n\n');
});

test('any line end in the data starts a new data line', () => {
  expect(frame({ event: 'next', data: 'a\nb\r\nc\rid: 9\n\nevent: forged' })).toBe(
    'event: next\ndata: a\ndata: b\ndata: c\ndata: id: 9\ndata: \ndata: event: forged\n\n',
  );
});

test('an id, a name and a comment stay on one line', () => {
  expect(frame({ id: '1\n\ndata: x\0', event: 'a\rdata: y', data: '' })).toBe(
    'id: 1  data: x \nevent: a data: y\ndata: \n\n',
  );
  expect(comment('bye\n\ndata: x')).toBe(': bye  data: x\n\n');
  expect(comment()).toBe(':\n\n');
});
