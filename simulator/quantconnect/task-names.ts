/** The part of an organization that knows which task names are in use. */
export interface NameRegister {
  taskNames: Set<string>;
  nameSuffixes: Map<string, number>;
}

/**
 * The form in which the platform keeps a task's name. That it rewrites names is documented
 * (docs/upstream/quantconnect.md, Task fields); trimming, single blanks, capitals and the suffix are this simulator's
 * choice.
 */
function normalizeName(name: string): string {
  const collapsed = name.trim().replace(/\s+/g, ' ');
  return collapsed.replace(
    /(^|\s)(\p{Ll})/gu,
    (_, blank: string, letter: string) => blank + letter.toUpperCase(),
  );
}

/** Normalizes the name and makes it unique; remembers where it stopped, so that many equal names cost little. */
export function claimName(register: NameRegister, name: string): string {
  const normal = normalizeName(name);
  let free = normal;
  let suffix = register.nameSuffixes.get(normal) ?? 2;
  while (register.taskNames.has(free)) {
    free = `${normal} ${suffix}`;
    suffix += 1;
  }
  if (free !== normal) register.nameSuffixes.set(normal, suffix);
  register.taskNames.add(free);
  return free;
}
