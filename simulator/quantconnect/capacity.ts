/** Agents that run at once, by node (docs/upstream/quantconnect.md, Throttling and capacity; documented). */
const CAPACITY: Readonly<Record<string, number>> = { 'A-MICRO': 1, 'A1-1': 1, 'A4-8': 4, 'A16-32': 16 };

/** The capacity of a node; for a sku that is not in the table, `otherwise`. */
export function capacityOf(sku: string, otherwise: number): number {
  return CAPACITY[sku] ?? otherwise;
}
