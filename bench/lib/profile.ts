/** Profiles a gateway that was started with the probe, and shows where its time goes. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { ProbeKind } from '../programs/probe.ts';
import { figure, table } from './figures.ts';
import type { Gateway } from './gateway.ts';
import { type CpuProfile, type Shares, sharesOf } from './layers.ts';
import type { Section } from './results.ts';
import { until } from './waiting.ts';

const WRITE_MS = 60_000;
const FUNCTIONS_SHOWN = 15;

/** Watches a gateway during some work. @returns what its probe wrote */
export async function watched<T>(
  gateway: Gateway,
  kind: ProbeKind,
  work: () => Promise<unknown>,
): Promise<T> {
  const end = gateway.startProbe(kind);
  await work();
  const file = end();
  if (!(await until(() => existsSync(file), WRITE_MS))) throw new Error('the probe has written nothing');
  const seen = JSON.parse(readFileSync(file, 'utf8')) as T;
  rmSync(file);
  return seen;
}

export async function profileOf(gateway: Gateway, work: () => Promise<unknown>): Promise<Shares> {
  return sharesOf(await watched<CpuProfile>(gateway, 'profile', work));
}

/** Shares of several profiles, one column each. */
export function profileSection(title: string, profiles: readonly (readonly [string, Shares])[]): Section {
  const [first] = profiles;
  const layers = new Set(profiles.flatMap(([, { layers }]) => [...layers.keys()]));
  const weight = (layer: string) => first?.[1].layers.get(layer) ?? 0;
  const rows = [...layers]
    .toSorted((one, other) => weight(other) - weight(one))
    .map((layer) => [layer, ...profiles.map(([, { layers }]) => percent(layers.get(layer)))]);
  const top = profiles.map(([name, { functions }]) => {
    const most = [...functions].toSorted(([, one], [, other]) => other - one).slice(0, FUNCTIONS_SHOWN);
    return table(
      [`${name}: function`, 'share'],
      most.map(([name, share]) => [`\`${name}\``, percent(share)]),
    );
  });
  return {
    title,
    method:
      'Share of the busy time of the main thread, in samples of 0.25 ms. A frame belongs to the nearest caller that' +
      ' has a layer; what continues after an `await` has lost its caller.',
    tables: [table(['layer', ...profiles.map(([name]) => name)], rows), ...top],
    goals: [],
  };
}

function percent(share: number | undefined): string {
  return share === undefined ? '-' : `${figure(share, 1)} %`;
}
