import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server between the gateway and the simulator of QuantCDN, for numbers that the simulator cannot hold. */
export interface ExactUpstream extends AsyncDisposable {
  url: string;
}

/**
 * Sends each number of `digits` to the gateway where the simulator has the text `@digits@`, and turns it back into that
 * text where the gateway writes it with the same digits. A number with other digits reaches the simulator as a number.
 */
export async function startExactUpstream(target: string, digits: readonly string[]): Promise<ExactUpstream> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    for (const number of digits)
      body = body.replaceAll(new RegExp(`(?<=[:,[])${quoted(number)}(?=[,}\\]])`, 'g'), `"@${number}@"`);
    const { authorization = '', 'content-type': type = 'application/json' } = request.headers;
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization, 'content-type': type },
      ...(body !== '' && { body }),
    });
    let text = await answer.text();
    for (const number of digits) text = text.replaceAll(`"@${number}@"`, number);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function quoted(number: string): string {
  return number.replace(/[.+]/g, '\\$&');
}
