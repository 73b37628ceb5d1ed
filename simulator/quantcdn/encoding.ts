/**
 * How answers write values whose form is not documented exactly. The first word of each is the form in the examples.
 */
export interface Encoding {
  /**
   * `metadata` and `result`: JSON text, or `[]` for an empty one, as PHP writes it (docs/upstream/quantcdn.md,
   * Dependency graph; assumed).
   */
  objects: 'object' | 'text' | 'emptyAsList';
  /**
   * `dependsOn`, `dependents` and `blockedByTaskIds`: an object with number keys, JSON text, or `null` for an empty
   * list.
   */
  lists: 'list' | 'map' | 'text' | 'emptyAsNull';
  /** A list of nodes, or JSON text (docs/upstream/quantcdn.md, Dependency graph). */
  graph: 'map' | 'list' | 'text';
  /** Whether fields without a value are written (docs/upstream/quantcdn.md, Task fields). */
  nulls: 'null' | 'absent';
  /**
   * Times, counts and progress as numbers or text (docs/upstream/quantcdn.md, What is unknown, and how we tolerate
   * it; loose-types).
   */
  numbers: 'number' | 'text';
  /** The unit of `expiresAt` (docs/upstream/quantcdn.md, Times; assumed). */
  expiresAt: 'milliseconds' | 'seconds';
}

export const plainEncoding: Encoding = {
  objects: 'object',
  lists: 'list',
  graph: 'map',
  nulls: 'null',
  numbers: 'number',
  expiresAt: 'milliseconds',
};

const OBJECTS = new Set(['metadata', 'result']);
const LISTS = new Set(['dependsOn', 'dependents', 'blockedByTaskIds']);

/** Rewrites an answer; values that are encoded already are not changed. */
export function encode(json: Record<string, unknown>, encoding: Encoding): Record<string, unknown> {
  const fields = (object: object) =>
    Object.fromEntries(
      Object.entries(object)
        .filter(([, value]) => value !== null || encoding.nulls === 'null')
        .map(([key, value]) => [key, visit(key, value)]),
    );
  const visit = (key: string, value: unknown): unknown => {
    if (typeof value === 'number') return number(key, value, encoding);
    if (typeof value !== 'object' || value === null) return value;
    if (OBJECTS.has(key)) return object(value, encoding);
    if (Array.isArray(value))
      return LISTS.has(key) ? list(value, encoding) : value.map((one) => visit('', one));
    return key === 'graph' ? graph(fields(value), encoding) : fields(value);
  };
  return fields(json);
}

function number(key: string, value: number, { numbers, expiresAt }: Encoding): number | string {
  const inUnit = key === 'expiresAt' && expiresAt === 'seconds' ? Math.floor(value / 1_000) : value;
  return numbers === 'text' ? String(inUnit) : inUnit;
}

function object(value: object, { objects }: Encoding): unknown {
  if (objects === 'text') return JSON.stringify(value);
  return objects === 'emptyAsList' && Object.keys(value).length === 0 ? [] : value;
}

function list(value: unknown[], { lists }: Encoding): unknown {
  if (lists === 'text') return JSON.stringify(value);
  if (lists === 'emptyAsNull' && value.length === 0) return null;
  return lists === 'map' ? { ...value } : value;
}

function graph(nodes: Record<string, unknown>, encoding: Encoding): unknown {
  if (encoding.graph === 'text') return JSON.stringify(nodes);
  return encoding.graph === 'list' ? Object.values(nodes) : nodes;
}
