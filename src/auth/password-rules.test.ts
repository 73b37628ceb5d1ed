import { expect, test } from 'vitest';
import { createPasswordRules } from './password-rules.ts';

const { problemOf } = createPasswordRules();
const EMAIL = 'wilhelmina@example.com';

test.each(['password', '12345678', 'password123', 'baseball1', 'PassWord123', '\uff112345678'])(
  'the common password %s is refused',
  async (password) => {
    expect(await problemOf(password, EMAIL)).toBe('is one of the most common passwords');
  },
);

test.each([EMAIL, 'Wilhelmina', 'WILHELMINA@EXAMPLE.COM'])(
  'the e-mail as %s is refused',
  async (password) => {
    expect(await problemOf(password, EMAIL)).toBe('must not be the e-mail address');
  },
);

test.each(['quantgate', 'Quantgate1!', '2026-quantgate'])(
  'the name of the product as %s is refused',
  async (password) => {
    expect(await problemOf(password, EMAIL)).toBe('must not be the name of this product');
  },
);

test.each([
  'correct horse battery',
  'correct horse battery staple',
  'wilhelmina and quantgate',
  '# The commonest',
])('%s is taken', async (password) => {
  expect(await problemOf(password, EMAIL)).toBeUndefined();
});
