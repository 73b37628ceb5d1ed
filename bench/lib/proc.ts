/** What Linux says in /proc about the use of processors and memory. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The unit of /proc/stat, in all kernels that Node runs on. */
const TICK_MS = 10;

function read<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    // The process or thread has ended.
    return undefined;
  }
}

function threadsOf(pid: number): string[] {
  return read(() => readdirSync(`/proc/${pid}/task`)) ?? [];
}

/** A process and all its descendants: a start script may have a launcher above its server. */
function treeOf(pid: number): number[] {
  const pids = [pid];
  for (const parent of pids) {
    for (const thread of threadsOf(parent)) {
      const children = read(() => readFileSync(`/proc/${parent}/task/${thread}/children`, 'utf8').trim());
      if (children) pids.push(...children.split(' ').map(Number));
    }
  }
  return pids;
}

/** Processor time that a process, its descendants and all their threads have used. */
export function cpuMsOf(pid: number): number {
  let nanoseconds = 0;
  for (const one of treeOf(pid)) {
    for (const thread of threadsOf(one)) {
      const text = read(() => readFileSync(`/proc/${one}/task/${thread}/schedstat`, 'utf8'));
      nanoseconds += Number(text?.split(' ')[0] ?? 0);
    }
  }
  return nanoseconds / 1e6;
}

/** Memory that a process and its descendants hold at this moment. */
export function rssMbOf(pid: number): number {
  const kilobytes = treeOf(pid).map((one) => {
    const status = read(() => readFileSync(`/proc/${one}/status`, 'utf8'));
    return Number(/VmRSS:\s+(\d+)/.exec(status ?? '')?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}

/** Processor time that the whole machine has used. */
export function machineCpuMs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softIrq) * TICK_MS;
}

/** The process below `pid` that listens on a port; `pid` itself where none is found. */
export function listenerOf(pid: number, port: number): number {
  const address = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (read(() => readFileSync(table, 'utf8')) ?? '').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === '0A' && fields[1]?.endsWith(address)) sockets.add(`socket:[${fields[9]}]`);
    }
  }
  const listens = (one: number) =>
    (read(() => readdirSync(`/proc/${one}/fd`)) ?? []).some((fd) =>
      sockets.has(read(() => readlinkSync(`/proc/${one}/fd/${fd}`)) ?? ''),
    );
  return treeOf(pid).find(listens) ?? pid;
}
