/** The least number of bytes that a value of JSON has as text: escapes and characters of several bytes count as one. */
export function sizeOfJson(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object') return 1;
  if (value === null) return 4;
  let bytes = 0;
  // A stack instead of recursion, which deep nesting would overflow.
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') bytes += next.length + 2;
    else if (typeof next !== 'object' || next === null) bytes += 1;
    else if (Array.isArray(next)) {
      bytes += 2 + next.length;
      for (const item of next) pending.push(item);
    } else {
      bytes += 2;
      for (const [name, member] of Object.entries(next)) {
        bytes += name.length + 4;
        pending.push(member);
      }
    }
  }
  return bytes;
}
