import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../../lib/start-error.ts';
import { withoutTrailingSlashes } from '../../lib/text.ts';
import type { Frame } from '../frame.ts';
import { firstCommands } from '../init/next-steps.ts';
import { type Account, verifyAccount } from '../init/verify.ts';
import { type CommandIo, type CommandResult, UsageError } from '../io.ts';
import { createQuestions, type Questions } from '../questions.ts';

/** Adds `init`. */
export function addInit({ add, printing }: Frame): void {
  add('init', 'ask for what a first start needs, verify it, and write .env')
    .option('--upstream <which>', '`simulator`, or `own` for an account of yours at QuantConnect')
    .option('--simulator <url>', 'where the simulator is', SIMULATOR_URL)
    .option('--user-id <id>', 'your user id at QuantConnect')
    .option('--organization-id <id>', 'the id of your organization there')
    .option('--email <email>', 'e-mail of the first administrator')
    .option('--port <port>', 'where the gateway listens')
    .action(printing(initialize));
}

const SIMULATOR_URL = 'http://127.0.0.1:4100';
const QUANTCONNECT_URL = 'https://www.quantconnect.com/api/v2';

/** The variable that answers the question for the token; a shell would keep an option. */
const TOKEN_VARIABLE = 'QC_API_TOKEN';

/** The account that every simulator has (README, First minutes). It is no secret. */
const SIMULATED = {
  userId: '12345',
  apiToken: 'abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789',
  organizationId: '0123456789abcdef0123456789abcdef',
};

interface InitOptions {
  upstream?: string;
  simulator: string;
  userId?: string;
  organizationId?: string;
  email?: string;
  port?: string;
  yes?: boolean;
}

/** What the answers come to. */
interface Answers {
  isSimulated: boolean;
  account: Account & { organizationId: string };
  email: string;
  port: string;
}

/**
 * Writes `.env` for a first start, for its owner only. An existing one is kept under another name.
 * @throws UsageError for a missing or malformed answer; StartError when QuantConnect does not accept the account
 */
async function initialize(io: CommandIo, options: InitOptions): Promise<CommandResult> {
  const questions = createQuestions(io, options);
  const path = join(io.folder, '.env');
  const replaces = existsSync(path);
  if (replaces && !(await questions.confirm('.env exists. Replace it, and keep it as .env.replaced?', false)))
    throw new StartError('.env was left as it is; nothing was done');
  const answers = await ask(io, questions, options);
  const { isSimulated, account, port } = answers;
  const failure = await verifyAccount(account, io.runtime);
  if (failure !== undefined && !(isSimulated && failure === 'UPSTREAM_UNAVAILABLE'))
    throw new StartError(`${describeFailure(failure, account.baseUrl)}; nothing was written`);

  if (replaces) renameSync(path, `${path}.replaced`);
  writeFileSync(path, toEnvFile(answers, io.runtime.random.bytes(18).toString('base64url')), {
    mode: 0o600,
    flag: 'wx',
  });
  const apiToken = isSimulated ? SIMULATED.apiToken : `$${TOKEN_VARIABLE}`;
  const next = firstCommands(`http://127.0.0.1:${port}`, { ...account, apiToken });
  const lines = [
    `Wrote .env${replaces ? '; the one before is .env.replaced' : ''}.`,
    failure === undefined
      ? `${new URL(account.baseUrl).host} accepts the account.`
      : 'The simulator does not run yet, so nothing could be verified.',
    '',
    ...(isSimulated ? ['Start the simulator in one terminal:', '  npm run simulator'] : []),
    `Start the gateway in ${isSimulated ? 'another one' : 'one terminal'}:`,
    '  npm start',
    'Then sign in, store the credential and list the agents:',
    ...(isSimulated ? [] : [`  read -rs ${TOKEN_VARIABLE}   # your API token`]),
    ...next.map((line) => `  ${line}`),
  ];
  const json = {
    file: path,
    upstream: isSimulated ? 'simulator' : 'own',
    verified: failure === undefined,
    next,
  };
  return { json, text: lines.join('\n') };
}

async function ask(io: CommandIo, questions: Questions, options: InitOptions): Promise<Answers> {
  const upstream =
    options.upstream ??
    (await questions.select({
      message: 'Which upstream?',
      choices: [
        { value: 'simulator', label: 'The simulator', hint: 'needs no account' },
        { value: 'own', label: 'My account at QuantConnect' },
      ],
      option: '--upstream',
      fallback: 'simulator',
    }));
  if (upstream !== 'simulator' && upstream !== 'own')
    throw new UsageError('--upstream takes simulator or own');
  const isSimulated = upstream === 'simulator';
  const account = isSimulated
    ? { ...SIMULATED, baseUrl: `${checked('--simulator', options.simulator, isUrl)}/api/v2` }
    : { ...(await ownAccount(io, questions, options)), baseUrl: QUANTCONNECT_URL };
  const email =
    options.email ??
    (await questions.text({
      message: 'E-mail of the first administrator?',
      initial: 'admin@example.com',
      option: '--email',
      fallback: 'admin@example.com',
      validate: (text) => (isEmail(text) ? undefined : 'An e-mail address'),
    }));
  return {
    isSimulated,
    account,
    email: checked('--email', email, isEmail),
    port: checked('--port', options.port ?? '4000', (text) => /^\d{1,5}$/.test(text)),
  };
}

async function ownAccount(io: CommandIo, questions: Questions, { userId, organizationId }: InitOptions) {
  const isWord = (text: string): boolean => /^[\w-]+$/.test(text);
  const validate = (text: string) => (isWord(text) ? undefined : 'Letters and digits');
  const given = io.readEnvironment()[TOKEN_VARIABLE];
  const user =
    userId ?? (await questions.text({ message: 'User id at QuantConnect?', option: '--user-id', validate }));
  const organization =
    organizationId ??
    (await questions.text({ message: 'Organization id there?', option: '--organization-id', validate }));
  return {
    userId: checked('--user-id', user, isWord),
    organizationId: checked('--organization-id', organization, isWord),
    apiToken:
      given ??
      (await questions.secret({
        message: 'API token?',
        option: `${TOKEN_VARIABLE} in the environment`,
        validate,
      })),
  };
}

function checked(option: string, text: string, isGood: (text: string) => boolean): string {
  if (!isGood(text)) throw new UsageError(`${option} cannot be ${JSON.stringify(text)}`);
  return withoutTrailingSlashes(text);
}

function isUrl(text: string): boolean {
  return /^https?:\/\/[\w.:[\]-]+\/?$/.test(text) && URL.canParse(text);
}

function isEmail(text: string): boolean {
  return /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(text);
}

function describeFailure(code: string, baseUrl: string): string {
  const { host } = new URL(baseUrl);
  if (code === 'CREDENTIAL_REJECTED')
    return `${host} does not accept the account: check the user id and the API token, and the clock`;
  return `${host} could not be asked (${code}): check the network, and try again`;
}

/** Values have no blanks and no quotes, so a shell reads the file as the gateway does. */
function toEnvFile({ isSimulated, account, email, port }: Answers, password: string): string {
  const lines = [
    '# Written by `quantgate init`. Every variable: docs/operate/configuration.md',
    `PORT=${port}`,
    ...(isSimulated
      ? [
          `QUANTCONNECT_BASE_URL=${account.baseUrl}`,
          `QUANTCDN_BASE_URL=${new URL(account.baseUrl).origin}`,
          'POLL_INTERVAL=500ms',
        ]
      : []),
    '# The first administrator, made at the first start.',
    `ADMIN_EMAIL=${email}`,
    `ADMIN_PASSWORD=${password}`,
  ];
  return `${lines.join('\n')}\n`;
}
