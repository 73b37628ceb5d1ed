import { assertValid, checkPositive } from '../common/input.ts';

/** What a deployment may use before the gateway stops it. */
export interface GuardInput {
  maxTokens?: number | null;
  maxDurationSeconds?: number | null;
  stopOnRuntimeError?: boolean | null;
}

/** @throws GatewayError `BAD_USER_INPUT` that names every wrong bound */
export function checkGuard(guard: GuardInput | null | undefined): void {
  assertValid(
    (['maxTokens', 'maxDurationSeconds'] as const).map((bound) =>
      checkPositive(guard?.[bound], `guard.${bound}`),
    ),
  );
}
