/** The task names of an organization that are in use. */
export interface NameRegister {
  taskNames: Set<string>;
  nameSuffixes: Map<string, number>;
}

/**
 * A task's name as the platform stores it. It is documented that the platform rewrites names
 * (docs/upstream/quantconnect.md, Task fields). Trimming, single spaces, capitals and the suffix are assumed.
 */
function normalizeName(name: string): string {
  const collapsed = name.trim().replace(/\s+/g, ' ');
  return collapsed.replace(
    /(^|\s)(\p{Ll})/gu,
    (_, blank: string, letter: string) => blank + letter.toUpperCase(),
  );
}

/** Normalizes the name and makes it unique. The last suffix is remembered, so that many equal names stay cheap. */
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
