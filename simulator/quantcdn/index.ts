import type { SimulatorClock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { Upstream } from '../upstream.ts';
import { bearerOf } from './auth.ts';
import { type BehaviorChange, changed, defaultQuantCdnBehavior } from './behavior.ts';
import type { QuantCdnControl } from './control.ts';
import { quantCdnRoutes } from './control-routes.ts';
import { createInterferenceQueue } from './interference.ts';
import type { QuantCdnWorld } from './operation.ts';
import { createRouter } from './router.ts';
import { operationNameOf, routeOf } from './routes.ts';
import { createSpoil } from './spoil.ts';
import { createTaskStore } from './store.ts';
import type { QuantCdnToken } from './tokens.ts';
import { createWorldControl } from './world-control.ts';

export interface QuantCdnOptions {
  clock: SimulatorClock;
  random: Random;
  tokens: QuantCdnToken[];
  behavior: BehaviorChange;
}

/** Creates the service and its control. */
export function createQuantCdn({ clock, random, tokens, behavior }: QuantCdnOptions): {
  upstream: Upstream;
  control: QuantCdnControl;
} {
  const world: QuantCdnWorld = {
    clock,
    random,
    behavior: changed(defaultQuantCdnBehavior, behavior),
    tokens: new Map(),
    store: createTaskStore(clock),
    interferences: createInterferenceQueue(),
  };
  const control = createWorldControl(world);
  for (const token of tokens) control.addToken(token);
  const spoil = createSpoil(world);

  const upstream: Upstream = {
    name: 'quantcdn',
    basePath: '/api/v3',
    claimedUser: (headers) => world.tokens.get(bearerOf(headers))?.name ?? null,
    organizationOf: ({ path }) => routeOf(path)?.organisation ?? null,
    operationOf: ({ method, path }) => operationNameOf(method, path),
    answer: createRouter(world),
    spoil: (fault, _request, performed) => spoil(fault, performed),
    control: quantCdnRoutes(control),
  };
  return { upstream, control };
}
