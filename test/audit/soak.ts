/**
 * Connects, subscribes, abuses and disconnects again and again, and compares what the process holds at the end with what it
 * held at the beginning: timers, connections, listeners and heap. Exits with 0 only if nothing was left.
 *
 * ```sh
 * npm run audit:soak -- --cycles 10000
 * ```
 */
import { parseArgs } from 'node:util';
import { soak } from './worlds/soak.ts';

const { values } = parseArgs({ options: { cycles: { type: 'string', default: '10000' } } });
const cycles = Number(values.cycles);
if (!Number.isSafeInteger(cycles) || cycles < 1) {
  console.error('--cycles must be a whole number above 0');
  process.exit(2);
}
const { before, after, left } = await soak(cycles, (text) => console.error(text));
console.log('| what | before | after |\n|---|---|---|');
for (const [what, count] of Object.entries(before)) {
  console.log(`| ${what} | ${count} | ${after[what as keyof typeof after]} |`);
}
for (const one of left) console.log(`LEFT    ${one}`);
console.log(
  left.length === 0
    ? `After ${cycles} cycles nothing was left.`
    : `After ${cycles} cycles something was left.`,
);
process.exit(left.length === 0 ? 0 : 1);
