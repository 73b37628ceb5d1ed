/** The first byte of a text message in one frame (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;

/** Lengths up to this one are in the second byte; 126 and 127 there say that 2 or 8 bytes with the length follow. */
const MAX_SHORT = 125;
const MAX_MEDIUM = 0xffff;

/** A message of a server to a client as the one frame that is written to the connection: `head`, `body` and `}`. */
export function textFrame(head: Buffer, body: Buffer): Buffer {
  const length = head.length + body.length + 1;
  const start = length <= MAX_SHORT ? 2 : length <= MAX_MEDIUM ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FINAL_TEXT;
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = MAX_SHORT + 1;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = MAX_SHORT + 2;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(head, start);
  frame.set(body, start + head.length);
  frame[start + length - 1] = 0x7d;
  return frame;
}
