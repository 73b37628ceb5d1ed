/**
 * An application error: HTTP 200, `success:false`, one error text (docs/upstream/quantconnect.md, Envelope and
 * Errors by case).
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
