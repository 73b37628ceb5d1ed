/** The part of a task that a list shows, and the part that only reading it shows. */
interface Listed {
  details: object | null;
}

/** True when the parts of a task that a list shows are alike. */
export function isSameItem(one: Listed, other: Listed): boolean {
  return JSON.stringify({ ...one, details: null }) === JSON.stringify({ ...other, details: null });
}
