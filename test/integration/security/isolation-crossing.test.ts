import { expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { signUpSecondUser } from '../../support/second-user.ts';

const ROUNDS = 40;

const READ = `query ($agentId: ID!, $taskId: ID!, $deploymentId: ID!) {
  viewer { email }
  agent(id: $agentId) { name tasks { prompt } }
  task(id: $taskId) { prompt agent { name } }
  deployment(id: $deploymentId) { prompt conversation { messages { parts { ... on TextPart { text } } } } }
  agents { name }
  tasks { prompt }
}`;

/** A user whose every text carries a canary. */
async function plant(user: GraphQLClient, canary: string) {
  const { agent } = await user.ask<{ agent: { id: string } }>(
    'mutation ($name: String!) { agent: createAgent(input: { name: $name }) { id } }',
    { name: `agent of ${canary}` },
  );
  const { task } = await user.ask<{ task: { id: string } }>(
    'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }',
    { input: { agentId: agent.id, name: `task of ${canary}`, prompt: `prompt of ${canary}` } },
  );
  return { agentId: agent.id, taskId: task.id, deploymentId: await user.deploy(task.id) };
}

test('simultaneous equal requests of two users never share an answer', async () => {
  await using gateway = await bootGateway({ simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const bob = await signUpSecondUser(gateway);
  const [hers, his] = [await plant(ada, 'CANARY-ADA'), await plant(bob, 'CANARY-BOB')];

  const answers = await Promise.all(
    Array.from({ length: ROUNDS }, () => [hers, his])
      .flat()
      .flatMap((ids) => [
        ada
          .graphql(READ, ids)
          .then((answer) => ({ asker: 'ADA', owns: ids === hers, text: JSON.stringify(answer) })),
        bob
          .graphql(READ, ids)
          .then((answer) => ({ asker: 'BOB', owns: ids === his, text: JSON.stringify(answer) })),
      ]),
  );

  expect(answers).toHaveLength(4 * ROUNDS);
  for (const { asker, owns, text } of answers) {
    const other = asker === 'ADA' ? 'BOB' : 'ADA';
    expect(text).toContain(`agent of CANARY-${asker}`);
    expect(text).not.toContain(`CANARY-${other}`);
    expect(text.includes('NOT_FOUND')).toBe(!owns);
  }
});

test('two users of one account see the same deployments and have separate logs', async () => {
  await using gateway = await bootGateway({ simulator: { pace: 'instant' } });
  const ada = await gateway.signUpWithCredential();
  const carol = await gateway.signUpWithCredential('carol@example.com');
  const id = await ada.deploy(await ada.createTask());
  const log = 'query { deploymentEvents { nodes { deploymentId reason } } }';

  expect(await carol.ask('query ($id: ID!) { deployment(id: $id) { id } }', { id })).toEqual({
    deployment: { id },
  });
  expect(await carol.ask(log)).toEqual({ deploymentEvents: { nodes: [] } });

  await using events = carol.subscribe<Record<string, unknown>>(
    'subscription ($id: ID!) { deploymentEvents(deploymentId: $id) { id type reason } }',
    { id },
  );
  expect(await events.next()).toEqual({
    deploymentEvents: { id: expect.stringMatching(/^\d+$/), type: 'CREATED', reason: 'made elsewhere' },
  });
});
