/** The place of a sealed text. It is authenticated data of the encryption, so a secret moved to another row cannot be opened. */
export interface Binding {
  ownerId: string;
  /** Id of the row it belongs to, among the owner's: of a credential, of a deployment, or of a secret of a webhook. */
  credentialId: string;
  /** Names the text within the row. */
  field: string;
}

/** The place of a credential's upstream token. */
export function bindingOf({ ownerId, id }: { ownerId: string; id: string }): Binding {
  return {
    ownerId,
    credentialId: id,
    field: 'apiToken',
  };
}

/** The request that an answer is kept for. */
export interface AnswerPlace {
  ownerId: string;
  operation: string;
  /** Its idempotency key. */
  key: string;
}

/** The place of a kept answer. */
export function answerBindingOf({ ownerId, operation, key }: AnswerPlace): Binding {
  return {
    ownerId,
    credentialId: key,
    field: operation,
  };
}

/** The place of a transcript: of one thread of a deployment. */
export function transcriptBindingOf({
  ownerId,
  deploymentId,
  thread,
}: {
  ownerId: string;
  deploymentId: string;
  thread: string;
}): Binding {
  return {
    ownerId,
    credentialId: deploymentId,
    field: `transcript/${thread}`,
  };
}

/** The place of a secret that signs the messages of a webhook. */
export function webhookSecretBindingOf({ ownerId, id }: { ownerId: string; id: string }): Binding {
  return {
    ownerId,
    credentialId: id,
    field: 'webhookSecret',
  };
}

/** The place of a wrapping key's canary, which has no owner. */
export function canaryBindingOf(kid: string): Binding {
  return {
    ownerId: '',
    credentialId: kid,
    field: 'canary',
  };
}
