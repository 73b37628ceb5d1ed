/** A chunk of the UI message stream protocol of the AI SDK. */
export interface Chunk {
  type: string;
  [field: string]: unknown;
}
