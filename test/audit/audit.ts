/** One thing that is tried. */
export interface AuditCase {
  /** Subject, condition: result. */
  name: string;
  /** @returns what was wrong; undefined when the gateway held. An error it throws counts as wrong, too. */
  attempt(): Promise<string | undefined>;
}

/** The cases of a kind, in the order in which they run. */
export interface AuditCases {
  cases: AuditCase[];
  /** Cases with a breach that was planted on purpose: each must fail, or the kind cannot see what it looks for. */
  controls: AuditCase[];
}

/** A family of cases that share a world and a judge. */
export interface AuditKind {
  name: string;
  /** What it means when all of them hold; one line. */
  meaning: string;
  /** Boots what the cases need; the stack ends it. */
  open(stack: AsyncDisposableStack): Promise<AuditCases>;
}

/** What became of a kind. */
export interface KindResult {
  kind: string;
  meaning: string;
  cases: { name: string; breach: string | undefined }[];
  /** Controls that did not fail. */
  blind: string[];
  ms: number;
}

/** Runs every case of a kind, then its controls. A world that cannot be booted or closed is a breach of its own. */
export async function runKind({ name, meaning, open }: AuditKind): Promise<KindResult> {
  const startMs = performance.now();
  const result: KindResult = { kind: name, meaning, cases: [], blind: [], ms: 0 };
  try {
    await using stack = new AsyncDisposableStack();
    const { cases, controls } = await open(stack);
    for (const one of cases) result.cases.push({ name: one.name, breach: await breachOf(one) });
    for (const one of controls) if ((await breachOf(one)) === undefined) result.blind.push(one.name);
    if (controls.length === 0) result.blind.push('a control: there is none');
  } catch (error) {
    result.cases.push({
      name: 'the world of this kind, when booted or closed: no error',
      breach: textOf(error),
    });
  }
  result.ms = performance.now() - startMs;
  return result;
}

/** A case that takes longer waits for something that never comes. */
const CASE_LIMIT_MS = 60_000;

async function breachOf({ attempt }: AuditCase): Promise<string | undefined> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('It did not end within a minute')), CASE_LIMIT_MS);
  try {
    return await Promise.race([attempt(), promise]);
  } catch (error) {
    return textOf(error);
  } finally {
    clearTimeout(timer);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
}

/** True when every case held and every control failed. */
export function hasHeld({ cases, blind }: KindResult): boolean {
  return blind.length === 0 && cases.every(({ breach }) => breach === undefined);
}

/** Undefined when both are the same JSON. */
export function difference(seen: unknown, wanted: unknown): string | undefined {
  const [got, want] = [JSON.stringify(seen), JSON.stringify(wanted)];
  return got === want ? undefined : `${got} instead of ${want}`;
}
