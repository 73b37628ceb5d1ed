import type { Clock, Timer } from '../../lib/clock.ts';
import { type HeldIntent, updateIntent } from '../../store/coordination/intents.ts';
import type { Store } from '../../store/store.ts';

/** A process that says nothing for so long is gone: another may look what has become of what it began. */
export const HOLD_MS = 10_000;

/** Says again and again that an intent is being worked on, until the returned function is called. */
export function renewHold({ store, clock }: { store: Store; clock: Clock }, intent: HeldIntent): () => void {
  let timer: Timer | undefined;
  let isOver = false;
  const renew = (): void => {
    timer = clock.after(HOLD_MS / 3, () => {
      updateIntent(store.db, intent, { heldUntil: clock.now() + HOLD_MS })
        // A store that is away for a moment: the hold lasts longer than that, and the next renewal may succeed.
        .catch(() => true)
        .then((isHeld) => isHeld && !isOver && renew());
    });
  };
  renew();
  return () => {
    isOver = true;
    timer?.cancel();
  };
}
