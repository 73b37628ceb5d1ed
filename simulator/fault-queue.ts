import { type FaultKind, type FaultQueue, type FaultRule, ONLY_AT, type UpstreamName } from './faults.ts';
import type { Random } from './random.ts';

/** Kinds that answer instead of the operation. Every other kind performs it first, and changes its answer. */
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
  'http403',
  'authHttp500',
]);

/** Whether the operation is performed under this rule. */
export function performs(rule: FaultRule): boolean {
  return rule.perform ?? !INSTEAD.has(rule.kind);
}

interface Entry {
  rule: FaultRule;
  left: number;
  skip: number;
}

/** The parts of a request that rules match. */
export interface FaultTarget {
  upstream: UpstreamName;
  method: string;
  path: string;
  userId: string | null;
  operation: string | undefined;
}

function matches({ kind, match = {} }: FaultRule, target: FaultTarget): boolean {
  if ((ONLY_AT[kind] ?? target.upstream) !== target.upstream) return false;
  if ((match.upstream ?? target.upstream) !== target.upstream) return false;
  if ((match.method ?? target.method) !== target.method) return false;
  if ((match.operation ?? target.operation) !== target.operation) return false;
  if (match.userId !== undefined && String(match.userId) !== target.userId) return false;
  return match.path === undefined || match.path === '*' || target.path.endsWith(match.path);
}

/** Creates the queue, and the function that takes a fault from it, called once for each request. */
export function createFaultQueue(
  random: Random,
): FaultQueue & { take(target: FaultTarget): FaultRule | undefined } {
  let entries: Entry[] = [];

  const strikes = (entry: Entry, target: FaultTarget) => {
    if (!matches(entry.rule, target)) return false;
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
    take(target) {
      const entry = entries.find((candidate) => strikes(candidate, target));
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) entries = entries.filter((other) => other !== entry);
      return entry.rule;
    },
  };
}
