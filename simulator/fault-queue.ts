import type { FaultKind, FaultQueue, FaultRule } from './faults.ts';
import type { Random } from './random.ts';

/** Kinds which answer in the operation's stead; every other kind performs it first and spoils the answer. */
const INSTEAD: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'throttleText',
  'status429',
  'status500',
  'status503',
  'html',
  'capacity',
  'refusal',
  'hang',
  'reset',
  'huge',
  'deep',
  'redirect',
  'hash200',
  'http401',
  'authHttp500',
]);

/** Whether the rule lets the operation happen. */
export function performs(rule: FaultRule): boolean {
  return rule.perform ?? !INSTEAD.has(rule.kind);
}

interface Entry {
  rule: FaultRule;
  left: number;
  skip: number;
}

function matches(rule: FaultRule, path: string, userId: string | null): boolean {
  const wanted = rule.match ?? {};
  if (wanted.userId !== undefined && String(wanted.userId) !== userId) return false;
  return wanted.path === undefined || wanted.path === '*' || path.endsWith(wanted.path);
}

/** Makes the queue and the function which draws from it, once for each request. */
export function createFaultQueue(
  random: Random,
): FaultQueue & { take(path: string, userId: string | null): FaultRule | undefined } {
  let entries: Entry[] = [];

  const strikes = (entry: Entry, path: string, userId: string | null) => {
    if (!matches(entry.rule, path, userId)) return false;
    if (entry.skip > 0) {
      entry.skip -= 1;
      return false;
    }
    return entry.rule.chance === undefined || random.next() < entry.rule.chance;
  };

  return {
    add(...rules) {
      for (const rule of rules) {
        const left = rule.times === 'forever' ? Number.POSITIVE_INFINITY : (rule.times ?? 1);
        entries.push({ rule, left, skip: rule.after ?? 0 });
      }
    },
    clear() {
      entries = [];
    },
    pending: () =>
      entries.map(({ rule, left }) => ({ ...rule, times: Number.isFinite(left) ? left : 'forever' })),
    take(path, userId) {
      const entry = entries.find((candidate) => strikes(candidate, path, userId));
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) entries = entries.filter((other) => other !== entry);
      return entry.rule;
    },
  };
}
