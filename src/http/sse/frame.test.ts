import { expect, test } from 'vitest';
import { comment, frame } from './frame.ts';

test('an event is its id, its name and its lines', () => {
  expect(frame({ id: '7', event: 'CREATED', data: '{}' })).toBe('id: 7\nevent: CREATED\ndata: {}\n\n');
});

test('data without text still has a line, for an event without one is never dispatched', () => {
  expect(frame({ event: 'complete', data: '' })).toBe('event: complete\ndata: \n\n');
});

test('whatever ends a line in the data, the line goes on in the next', () => {
  expect(frame({ event: 'next', data: 'a\nb\r\nc\rid: 9\n\nevent: forged' })).toBe(
    'event: next\ndata: a\ndata: b\ndata: c\ndata: id: 9\ndata: \ndata: event: forged\n\n',
  );
});

test('an id, a name and a comment stay on their line', () => {
  expect(frame({ id: '1\n\ndata: x\0', event: 'a\rdata: y', data: '' })).toBe(
    'id: 1  data: x \nevent: a data: y\ndata: \n\n',
  );
  expect(comment('bye\n\ndata: x')).toBe(': bye  data: x\n\n');
  expect(comment()).toBe(':\n\n');
});
