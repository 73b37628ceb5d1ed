/** An application error: HTTP 200, `success:false`, one error string (page sections 3 and 9). */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
