/** Hears a channel. */
export interface ChannelListener {
  /** Another process said this, or somebody who pretends to be one: what it claims has to be checked. */
  onMessage(message: string): void;
  /** From here on everything is heard; something may have been missed before. */
  onResumed(): void;
}

/** A way to the other processes on which messages may get lost. */
export interface Channel {
  /** Says it to all others, not to this process. Never fails: what cannot be said now is lost. */
  publish(message: string): void;
  /** Returns how to stop. */
  subscribe(listener: ChannelListener): () => void;
}
