import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** How a server refuses a connection: SQLSTATE and message, as PostgreSQL sends them. */
export interface Refusal {
  code: string;
  message: string;
}

/** A server that speaks PostgreSQL's protocol well enough to refuse every connection. It does not speak TLS. */
export async function startRefusingPostgres({
  code,
  message,
}: Refusal): Promise<AsyncDisposable & { port: number }> {
  const fields = `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`;
  const header = Buffer.from('E\0\0\0\0');
  header.writeInt32BE(Buffer.byteLength(fields) + 4, 1);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([header, Buffer.from(fields)])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
