import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

test('an upstream answer without success: the gateway logs a warning that names the field', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  gateway.simulator.faults.add({ kind: 'noSuccess', match: { path: '/agents/list' } });
  await ada.ask('{ agents { id } }');
  const line = gateway.logLines.find((entry) => entry.includes('upstream answer without success'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'warn', field: 'agents' });
});
