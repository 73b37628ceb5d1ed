import type { SeenAiTask } from '../upstream/quantcdn/model.ts';
import type { QuantCdnConnection } from './connections.ts';

/** Takes note of AI tasks a caller's request has brought to light, so that those who wait for them hear of it. */
export interface AiTaskSightings {
  /** What was read upstream by a look begun at `lookedAtMs`. */
  saw(connection: QuantCdnConnection, tasks: readonly SeenAiTask[], lookedAtMs: number): Promise<void>;
  /** What no longer exists upstream. */
  missed(connection: QuantCdnConnection, ids: readonly string[], lookedAtMs: number): Promise<void>;
}
