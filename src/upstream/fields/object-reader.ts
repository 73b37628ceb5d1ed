import { type DriftKind, toDriftName } from '../../domain/upstream-drift.ts';
import { isDeeperThan, MAX_JSON_LEVELS } from '../../lib/json/limits.ts';
import { isJsonObject, type JsonObject } from '../../lib/json.ts';
import { joinPath, type ReportFinding } from './drift.ts';
import { type Convert, elementsOf, idOf, MAX_INT, NONE, numberOf, textOf } from './values.ts';

/** More unknown members of one object are not reported one by one. */
const MAX_REPORTED_MEMBERS = 50;

/** An element of a list; `unread` when it was left out. */
type Element = ObjectReader | { unread: unknown };

/** An object or a list inside an object, which may hold members that no field names. */
type Nested = { name: string; reader: ObjectReader } | { name: string; elements: readonly Element[] };

/**
 * Reads one JSON object of an upstream, member by member. Each member is named once. A value that does not fit gives
 * null or the nearest value that fits, and is reported as drift. What was not named, or did not fit, is `raw`.
 * Made by `readObject` and `readList` (read.ts), and by `object` and `list` for what is inside.
 */
export class ObjectReader {
  private readonly source: JsonObject;
  private readonly report: ReportFinding;
  private readonly parent: ObjectReader | undefined;
  private readonly place: string;
  /** Members whose value is in a field. */
  private readonly named: string[] = [];
  /** Members that are expected and stay in `raw`: known ones without a field, and values that did not fit. */
  private left: readonly string[] = NONE;
  private nested: readonly Nested[] = NONE;
  private hasOwnRaw = false;
  private incomplete: readonly string[] = NONE;

  /** @param place the name of the object where it stands: `agent`, `agents[]`; empty for the whole answer */
  constructor(source: JsonObject, report: ReportFinding, place: string, parent?: ObjectReader) {
    this.source = source;
    this.report = report;
    this.place = place;
    this.parent = parent;
  }

  /** True when the object has the member, also with null. */
  has(name: string): boolean {
    return Object.hasOwn(this.source, name);
  }

  /** The value of a member, of any type; null when it is missing. */
  any(name: string): unknown {
    const value = this.source[name];
    if (value === undefined) return null;
    this.named.push(name);
    return value;
  }

  /** A member as `convert` gives it; null when it is missing or does not fit. */
  value<T>(name: string, convert: Convert<T>, kind: DriftKind = 'UNEXPECTED_SHAPE'): T | null {
    const value = this.any(name);
    if (value === null) return null;
    const fitting = convert(value);
    if (fitting !== undefined) return fitting;
    this.misfit(name, kind);
    return null;
  }

  /** Text; a number counts as its digits. */
  text(name: string): string | null {
    return this.value(name, textOf);
  }

  /** Text that is null when empty, because upstreams write both for "none". */
  textUnlessEmpty(name: string): string | null {
    return this.text(name) || null;
  }

  /** A word of a vocabulary that may grow; a word outside it is passed on, and reported. */
  word(name: string, isKnown: (word: string) => boolean): string | null {
    const word = this.textUnlessEmpty(name);
    if (word !== null && !isKnown(word)) this.note(name, 'UNKNOWN_WORD');
    return word;
  }

  /** An id, a number or text, as text; null when it is missing or empty. */
  id(name: string): string | null {
    return this.value(name, idOf);
  }

  /** A finite number, or its digits as text. */
  number(name: string): number | null {
    const value = this.value(name, numberOf);
    if (value === null || Number.isFinite(value)) return value;
    this.misfit(name, 'OUT_OF_RANGE');
    return null;
  }

  /** A whole number from `least` to `most`; null when it is missing or outside. */
  whole(name: string, least: number, most: number): number | null {
    const value = this.value(name, numberOf);
    if (value === null || (Number.isInteger(value) && value >= least && value <= most)) return value;
    this.misfit(name, 'OUT_OF_RANGE');
    return null;
  }

  /** A whole number that fits into GraphQL's `Int`; null when it is missing or does not. */
  int(name: string): number | null {
    return this.whole(name, -MAX_INT, MAX_INT);
  }

  /** A count: a whole number from 0 to `most`, 0 when missing. Outside, the nearest that fits. */
  count(name: string, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.value(name, numberOf) ?? 0;
    const count = Math.min(Math.max(0, Math.trunc(value)), most);
    if (count !== value) this.misfit(name, 'OUT_OF_RANGE');
    return count;
  }

  /** An object; null when it is missing, or written as `[]`, which is how PHP writes an empty one. */
  object(name: string): ObjectReader | null {
    const value = this.any(name);
    if (value === null || (Array.isArray(value) && value.length === 0)) return null;
    if (!isJsonObject(value)) {
      this.misfit(name, 'UNEXPECTED_SHAPE');
      return null;
    }
    const reader = new ObjectReader(value, this.report, name, this);
    this.nested = [...this.nested, { name, reader }];
    return reader;
  }

  /**
   * The objects of a list; empty when it is missing. An element for which `decode` gives `undefined` is left out, and
   * `incompleteLists` has the name of the list.
   * @param decodeOther for an element that is no object; without it, such an element is left out
   */
  list<T>(
    name: string,
    decode: (element: ObjectReader, index: number) => T | undefined,
    decodeOther?: (value: unknown, index: number) => T,
  ): T[] {
    const values = this.listed(name) ?? [];
    if (values.length === 0) return [];
    const decoded: T[] = [];
    const elements: Element[] = [];
    values.forEach((value, index) => {
      const reader = isJsonObject(value)
        ? new ObjectReader(value, this.report, `${name}[]`, this)
        : undefined;
      const result = reader ? decode(reader, index) : decodeOther?.(value, index);
      if (result === undefined) this.leaveOut(name);
      else decoded.push(result);
      if (reader === undefined && result !== undefined) this.note(`${name}[]`, 'UNEXPECTED_SHAPE');
      const unread = { unread: result === undefined && this.isShown(name, value) ? value : null };
      elements.push(reader === undefined || result === undefined ? unread : reader);
    });
    this.nested = [...this.nested, { name, elements }];
    return decoded;
  }

  /** The elements of a list as they are, without nulls; empty when it is missing. */
  elements(name: string): unknown[] {
    return this.listed(name)?.filter((element) => element !== null) ?? [];
  }

  /** The plain values of a list, as `convert` gives them; those that are null or do not fit are left out. */
  values<T>(name: string, convert: Convert<T>): T[] {
    return this.valuesOrNull(name, convert) ?? [];
  }

  /** As `values`, null when the list is missing or is no list. */
  valuesOrNull<T>(name: string, convert: Convert<T>): T[] | null {
    const values = this.listed(name);
    if (values === null) return null;
    const fitting = values.map(convert).filter((value) => value !== undefined && value !== null);
    if (fitting.length < values.length) {
      this.leaveOut(name);
      this.leave(name);
    }
    return fitting as T[];
  }

  /** Names members that are known and have no field of their own: they stay in `raw`, and are no drift. */
  known(...names: readonly string[]): void {
    for (const name of names) if (this.source[name] !== undefined) this.left = [...this.left, name];
  }

  /** Reports a member whose value was used. */
  note(name: string, kind: DriftKind): void {
    this.report({ path: joinPath(this.path(), name), kind });
  }

  /** Reports a member whose value was not used, or not as it is, and leaves it in `raw`. */
  misfit(name: string, kind: DriftKind): void {
    this.note(name, kind);
    this.leave(name);
  }

  /** Leaves a whole member in `raw`, also what was read of it. */
  leave(name: string): void {
    const at = this.named.indexOf(name);
    if (at === -1) return;
    this.named.splice(at, 1);
    this.left = [...this.left, name];
  }

  /** The whole object, for a field that shows it as it is. */
  all(): JsonObject {
    this.left = [...this.left, ...Object.keys(this.source)];
    return this.source;
  }

  /** Names of the lists of this object that came without some of their elements. */
  incompleteLists(): readonly string[] {
    return this.incomplete;
  }

  /** Says that a member came without a part of its value; the objects around this one are incomplete too. */
  markIncomplete(name: string): void {
    if (!this.incomplete.includes(name)) this.incomplete = [...this.incomplete, name];
    this.parent?.markIncomplete(this.place.replace('[]', ''));
  }

  /** Says that this object shows its `raw` itself, so that the object around it does not. */
  keepRaw(): void {
    this.hasOwnRaw = true;
  }

  /**
   * The members that are in no field, and under their names those of the objects inside that have no `raw` of their
   * own. A list keeps its positions. Null when there are none. Built anew for each call.
   */
  raw(): JsonObject | null {
    const names = Object.keys(this.source);
    const entries: [string, unknown][] = [];
    if (names.length > this.named.length) {
      for (const name of names) {
        const value = this.source[name];
        if (!this.named.includes(name) && this.isShown(name, value)) entries.push([name, value]);
      }
    }
    for (const nested of this.nested) {
      if (!this.named.includes(nested.name)) continue;
      const inside = 'reader' in nested ? nested.reader.rawOutside() : rawOfElements(nested.elements);
      if (inside !== null) entries.push([nested.name, inside]);
    }
    return entries.length === 0 ? null : Object.fromEntries(entries);
  }

  /** What of this object the object around it shows. */
  rawOutside(): JsonObject | null {
    return this.hasOwnRaw ? null : this.raw();
  }

  /** Reports the members that were not named, here and inside. Called once, when the whole object is decoded. */
  finish(): void {
    const names = Object.keys(this.source);
    if (names.length > this.named.length + this.left.length) {
      const unknown = names.filter((name) => !this.named.includes(name) && !this.left.includes(name));
      for (const name of unknown.slice(0, MAX_REPORTED_MEMBERS))
        this.note(toDriftName(name), 'UNKNOWN_FIELD');
    }
    for (const nested of this.nested) {
      if (!this.named.includes(nested.name)) continue;
      if ('reader' in nested) nested.reader.finish();
      else for (const element of nested.elements) if (element instanceof ObjectReader) element.finish();
    }
  }

  /** False for a value that nests too deeply to be shown in `raw`. */
  private isShown(name: string, value: unknown): boolean {
    const isTooDeep = isDeeperThan(value, MAX_JSON_LEVELS);
    if (isTooDeep) this.note(toDriftName(name), 'UNEXPECTED_SHAPE');
    return !isTooDeep;
  }

  private listed(name: string): unknown[] | null {
    const value = this.any(name);
    if (value === null) return null;
    const elements = value === '' ? [] : elementsOf(value);
    if (elements !== undefined) return elements;
    this.misfit(name, 'UNEXPECTED_SHAPE');
    this.incomplete = [...this.incomplete, name];
    return null;
  }

  private leaveOut(name: string): void {
    this.note(`${name}[]`, 'UNREADABLE_ELEMENT');
    if (!this.incomplete.includes(name)) this.incomplete = [...this.incomplete, name];
  }

  private path(): string {
    return this.parent === undefined ? this.place : joinPath(this.parent.path(), this.place);
  }
}

/** One entry for each element, empty where there is nothing to show; null when all are empty. */
function rawOfElements(elements: readonly Element[]): unknown[] | null {
  const raws = elements.map((element) =>
    element instanceof ObjectReader ? element.rawOutside() : element.unread,
  );
  return raws.every((raw) => raw === null) ? null : raws.map((raw) => raw ?? {});
}
