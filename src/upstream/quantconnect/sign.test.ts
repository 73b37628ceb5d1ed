import { expect, test } from 'vitest';
import { sign } from './sign.ts';

// docs/upstream/quantconnect.md, Test vectors.
test.each([
  [
    '12345',
    'abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789',
    '1700000000',
    'Basic MTIzNDU6YTVhNWIwOGNhYWNjMDE4ZmQwNTEzODkzY2IxMWNmYmExNDhmNWVmOWVkODBiOTU0ODkwNjkwODRhZDk0MTkzNQ==',
  ],
  [
    '1',
    'token',
    '1',
    'Basic MTpiMGIyMDZkYjk2NTZiMjE5YTZkN2I0ZTI5ZjE3MThhNTFhODJjODUzOTlhNWJmYjRhN2JjODI3ZDFiNTRjMWU3',
  ],
  [
    '987654',
    'S3cr3t:with:colons-é',
    '1767225600',
    'Basic OTg3NjU0OmFkNTI0MjE4MzkwN2UyZjNiZWFhNjM2YjAyYTIyN2ExMTA2OTBhNzRiZGUxM2ZiMTJiZTU4MWRmMmZkOTIyOWU=',
  ],
])('user %s with token %s at %s', (userId, apiToken, timestamp, authorization) => {
  expect(sign(userId, apiToken, Number(timestamp) * 1_000 + 999)).toEqual({ authorization, timestamp });
});
