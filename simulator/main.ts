import {
  predefinedAgent,
  seededAccount,
  seededOrganization,
  seededQuantCdnToken,
  startSimulator,
} from './index.ts';
import type { Pace, PaceName } from './quantconnect/script.ts';

/** `fast`, or `{"queueMs":100,"stepMs":200}`. */
function paceFrom(text: string): Partial<Pace> | PaceName {
  return text.trim().startsWith('{') ? JSON.parse(text) : (text as PaceName);
}

const {
  SIMULATOR_PORT = '4100',
  SIMULATOR_HOST = '127.0.0.1',
  SIMULATOR_PACE = 'normal',
  // Clients keep ids when the simulator restarts, so by default ids are not used again.
  SIMULATOR_SEED = String(Date.now()),
} = process.env;

const simulator = await startSimulator({
  port: Number(SIMULATOR_PORT),
  host: SIMULATOR_HOST,
  pace: paceFrom(SIMULATOR_PACE),
  seed: Number(SIMULATOR_SEED),
  predefinedAgents: [predefinedAgent],
});

// npm passes Ctrl-C on, so it arrives twice. The listener stays: without one, the second signal would end this process.
let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    void simulator.close().then(() => process.exit(0));
  });
}

const { userId, apiToken } = seededAccount;
const {
  token,
  organisations: [organisation],
} = seededQuantCdnToken;
process.stdout.write(
  `QuantConnect simulator on ${simulator.url} (user ${userId}, token ${apiToken}, ` +
    `organization ${seededOrganization.id})\n` +
    `QuantCDN simulator on ${simulator.quantCdnUrl} (organisation ${organisation}, token ${token})\n`,
);
