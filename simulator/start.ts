import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CallLog, createCallLog } from './calls.ts';
import { createClock, type SimulatorClock } from './clock.ts';
import { createFaultQueue } from './fault-queue.ts';
import type { FaultQueue } from './faults.ts';
import type { BehaviorChange } from './quantcdn/behavior.ts';
import type { QuantCdnControl } from './quantcdn/control.ts';
import { createQuantCdn } from './quantcdn/index.ts';
import { seededQuantCdnToken } from './quantcdn/seed.ts';
import type { QuantCdnToken } from './quantcdn/tokens.ts';
import type { Account } from './quantconnect/accounts.ts';
import type { Behavior } from './quantconnect/behavior.ts';
import type { PredefinedAgent, QuantConnectControl } from './quantconnect/control.ts';
import { createQuantConnect } from './quantconnect/index.ts';
import type { DeploymentScript, Pace, PaceName } from './quantconnect/script.ts';
import { seededAccount } from './quantconnect/seed.ts';
import { createRandom } from './random.ts';
import { createSimulatorServer } from './server.ts';

export interface SimulatorOptions {
  /** @default 0, any free port */
  port?: number;
  /** @default '127.0.0.1' */
  host?: string;
  /** @default [seededAccount] */
  accounts?: Account[];
  /** @default [] */
  predefinedAgents?: PredefinedAgent[];
  /** @default 'normal' */
  pace?: Partial<Pace> | PaceName;
  /** The default script of every deployment. */
  script?: DeploymentScript;
  behavior?: Partial<Behavior>;
  /** Concurrent agents for skus that docs/upstream/quantconnect.md does not list. @default 2 */
  otherSkuCapacity?: number;
  /** The other upstream. @default {tokens: [seededQuantCdnToken]} */
  quantcdn?: { tokens?: QuantCdnToken[]; behavior?: BehaviorChange };
  /** A clock that moves only with `clock.advance`. @default false */
  manualClock?: boolean;
  /** @default the machine's time */
  startMs?: number;
  /** How far the simulator's date is ahead of its clock (negative: behind). @default 0 */
  clockSkewMs?: number;
  /** Same seed, same requests: same deployment ids and same faults by chance. @default 1 */
  seed?: number;
}

/** A running simulator of QuantConnect's agents API and of QuantCDN's AI task API. */
export interface Simulator {
  /** Base URL for clients: `http://127.0.0.1:4100/api/v2`. */
  url: string;
  /**
   * The same server as QuantCDN: `http://127.0.0.1:4100`; its paths begin with `/api/v3` (docs/upstream/quantcdn.md,
   * Operations).
   */
  quantCdnUrl: string;
  /** The same server's control interface: `http://127.0.0.1:4100/_sim`. */
  controlUrl: string;
  port: number;
  clock: SimulatorClock;
  faults: FaultQueue;
  calls: CallLog;
  control: QuantConnectControl;
  quantcdn: QuantCdnControl;
  /** Closes every socket, also those that hang. */
  close(): Promise<void>;
}

/**
 * Starts a simulator that listens on its own port.
 *
 * ```ts
 * const sim = await startSimulator({ manualClock: true });
 * sim.faults.add({ kind: 'lostReply', match: { path: '/deployments/create' } });
 * sim.clock.advance(2_000);
 * await sim.close();
 * ```
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', accounts = [seededAccount], seed = 1 } = options;
  const clock = createClock({
    manual: options.manualClock,
    startMs: options.startMs,
    skewMs: options.clockSkewMs,
  });
  const { upstream, control } = createQuantConnect({
    clock,
    random: createRandom(seed),
    accounts,
    predefinedAgents: options.predefinedAgents ?? [],
    pace: options.pace ?? 'normal',
    script: options.script ?? {},
    behavior: options.behavior ?? {},
    otherSkuCapacity: options.otherSkuCapacity ?? 2,
  });
  const quantCdn = createQuantCdn({
    clock,
    random: createRandom(seed + 2),
    tokens: options.quantcdn?.tokens ?? [seededQuantCdnToken],
    behavior: options.quantcdn?.behavior ?? {},
  });
  // Separate random numbers, so that a fault by chance does not change deployment ids.
  const faults = createFaultQueue(createRandom(seed + 1));
  const calls = createCallLog();
  const server = createSimulatorServer({
    upstreams: [upstream, quantCdn.upstream],
    clock,
    faults,
    calls,
  });
  const boundPort = await listen(server, port, host);
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`;

  return {
    url: `${origin}${upstream.basePath}`,
    quantCdnUrl: origin,
    controlUrl: `${origin}/_sim`,
    port: boundPort,
    clock,
    faults,
    calls,
    control,
    quantcdn: quantCdn.control,
    close: () => closeServer(server),
  };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
