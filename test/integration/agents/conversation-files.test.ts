import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

const READ = `query ($id: ID!) { deployment(id: $id) {
  conversation { files { path content } failures { messageIndex toolName errors warnings } }
} }`;

interface WorkAnswer {
  deployment: { conversation: { files: unknown[]; failures: unknown[] } };
}

test("files are rebuilt from the agent's writes, the last version of each", async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  const { deployment } = await ada.ask<WorkAnswer>(READ, { id });

  expect(deployment.conversation.files).toEqual([
    { path: 'main.py', content: '# version 2\nclass Algorithm:\n    pass\n' },
  ]);
  expect(deployment.conversation.failures).toEqual([]);
});

test.each([
  [
    'a run that ended with an error',
    'runtimeError',
    { errors: ['The backtest ended with a runtime error.', 'failed'] },
  ],
  ['a warning', 'warnings', { warnings: ['The backtest traded nothing.'] }],
  ['a tool that did not answer', 'outputError', { errors: ['The tool did not answer.'] }],
] as const)('failures name %s, with tool and message', async (_story, backtest, said) => {
  await using gateway = await bootGateway({
    polls: false,
    simulator: { pace: 'instant', script: { backtest } },
  });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  const { deployment } = await ada.ask<WorkAnswer>(READ, { id });

  expect(deployment.conversation.failures).toEqual([
    { messageIndex: 1, toolName: 'create_backtest', errors: [], warnings: [], ...said },
  ]);
});
