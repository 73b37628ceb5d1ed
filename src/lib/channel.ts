export interface ChannelListener {
  /** Called for each message of other processes. Messages can be forged, so their content has to be checked. */
  onMessage(message: string): void;
  /** Called when the subscription works again. Messages may have been lost before. */
  onResumed(): void;
}

/** Broadcasts messages to the other processes; messages may get lost. */
export interface Channel {
  /** Sends to all other processes, not to this one. Never throws: a message that cannot be sent now is lost. */
  publish(message: string): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: ChannelListener): () => void;
}
