import { type Config, ConfigError, type Environment, loadConfig } from '../../config.ts';
import { unknownVariables } from '../../unknown-variables.ts';
import { type Check, checksOf } from './check.ts';

/** The configuration, if it can be used, and what was found about the variables. */
export function checkConfiguration(env: Environment): { config: Config | undefined; checks: Check[] } {
  const { ok, fail } = checksOf('configuration');
  const unknown = unknownVariables(env).map(({ name, meant }) =>
    checksOf('variables').warn(
      `${name} is no variable of the gateway${meant === undefined ? ': remove it' : `: did you mean ${meant}?`}`,
    ),
  );
  try {
    const config = loadConfig(env);
    const mode = config.isProduction ? 'production' : 'development';
    return { config, checks: [ok(`Every variable can be used; the mode is ${mode}`), ...unknown] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.message.split('\n').slice(1);
    const checks = problems.map((line) => fail(line.trim()));
    return { config: undefined, checks: [...checks, ...unknown] };
  }
}
