/** The platform's timestamps: UTC, written without a zone (docs/upstream/quantconnect.md, Loose values; assumed). */
export function platformTime(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19).replace('T', ' ');
}
