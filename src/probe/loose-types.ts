import { typeName } from './shapes.ts';

/** The members of an upstream's objects that are numbers, booleans and lists by its page. */
export interface PlainTypes {
  numbers: ReadonlySet<string>;
  booleans: ReadonlySet<string>;
  lists: ReadonlySet<string>;
  /** Members whose contents are not typed by the page. */
  free: ReadonlySet<string>;
}

/** Where an answer has a number as text, a boolean as a number, or a list as an object: `agentId is text`. */
export function looseTypesIn(value: unknown, types: PlainTypes): string[] {
  const findings: string[] = [];
  const visit = (name: string, inner: unknown): void => {
    const isNumberAsText = types.numbers.has(name) && typeof inner === 'string' && inner !== '';
    const isBooleanOtherwise = types.booleans.has(name) && inner !== null && typeof inner !== 'boolean';
    const isListAsObject =
      types.lists.has(name) && typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    if (isNumberAsText || isBooleanOtherwise || isListAsObject)
      findings.push(`\`${name}\` is ${typeName(inner)}`);
    if (types.free.has(name) || typeof inner !== 'object' || inner === null) return;
    for (const [key, next] of Object.entries(inner)) visit(Array.isArray(inner) ? '' : key, next);
  };
  visit('', value);
  return findings;
}
