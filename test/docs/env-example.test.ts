import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { configVariables, readProjectFile } from './environment.ts';

const commented = Object.fromEntries(
  [...readProjectFile('.env.example').matchAll(/^# ([A-Z][A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [
    name!,
    value!,
  ]),
);

test('.env.example names every variable and no other', () => {
  expect(Object.keys(commented).sort()).toEqual(configVariables().sort());
});

test('.env.example shows the defaults', () => {
  expect(loadConfig(commented)).toEqual(loadConfig({}));
});
