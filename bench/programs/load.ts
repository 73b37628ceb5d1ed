/**
 * Sends requests over a fixed number of connections, each as soon as the last one is answered, and compares every answer
 * with the expected one. It is lean, because it shares a core with the fake upstream. At the end of its time nothing new
 * is sent, and what is under way is waited for: so the work of slow servers is counted whole.
 */
import { connect, type Socket } from 'node:net';
import { quantile } from '../lib/figures.ts';

/** What is to be sent. */
export interface LoadJob {
  port: number;
  /** Sent one after the other, in rotation: the head and body of a request. */
  requests: string[];
  /** The body of each answer. */
  expected: string;
  connections: number;
  seconds: number;
}

/** What came of it. */
export interface LoadResult {
  answers: number;
  /** Answers with another status or body than expected, and connections that broke. */
  bad: number;
  /** The first bad answer. */
  badAnswer: string;
  tookMs: number;
  p50Ms: number;
  p99Ms: number;
}

const OVERTIME_MS = 30_000;
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const OK = 'HTTP/1.1 200';

async function run(job: LoadJob): Promise<LoadResult> {
  const requests = job.requests.map((text) => Buffer.from(text));
  const expected = Buffer.from(job.expected);
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + job.seconds * 1_000;
  let next = 0;
  let bad = 0;
  let badAnswer = '';

  const note = (text: string): void => {
    bad += 1;
    badAnswer ||= text.slice(0, 500);
  };
  const check = (buffer: Buffer, head: string, bodyStart: number, end: number): void => {
    const isEqual =
      head.startsWith(OK) &&
      end - bodyStart === expected.length &&
      expected.compare(buffer, bodyStart, end) === 0;
    if (!isEqual) note(buffer.toString('utf8', 0, end));
  };

  const converse = (socket: Socket): Promise<void> =>
    new Promise((done) => {
      let received: Buffer | undefined;
      let sentMs = 0;
      const send = (): void => {
        sentMs = performance.now();
        if (sentMs >= endMs) {
          socket.destroy();
          done();
          return;
        }
        socket.write(requests[next++ % requests.length] as Buffer);
      };
      const fail = (text: string): void => {
        note(text);
        socket.destroy();
        done();
      };
      socket.setTimeout(job.seconds * 1_000 + OVERTIME_MS, () => fail('no answer in time'));
      socket.on('connect', send);
      socket.on('error', ({ message }) => fail(message));
      socket.on('end', () => fail('the server closed a connection'));
      socket.on('data', (chunk) => {
        received = received ? Buffer.concat([received, chunk]) : chunk;
        const headEnd = received.indexOf('\r\n\r\n');
        if (headEnd < 0) return;
        const head = received.toString('latin1', 0, headEnd);
        const length = CONTENT_LENGTH.exec(head)?.[1];
        if (length === undefined) return fail(head);
        const end = headEnd + 4 + Number(length);
        if (received.length < end) return;
        latenciesMs.push(performance.now() - sentMs);
        check(received, head, headEnd + 4, end);
        received = undefined;
        send();
      });
    });

  await Promise.all(
    Array.from({ length: job.connections }, () =>
      converse(connect({ port: job.port, host: '127.0.0.1', noDelay: true })),
    ),
  );
  return {
    answers: latenciesMs.length,
    bad,
    badAnswer,
    tookMs: performance.now() - startMs,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
}

process.on('message', (job: LoadJob) => void run(job).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
