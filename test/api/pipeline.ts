import { connect } from 'node:net';
import type { BadRequest } from './bad-input.js';

/** Sends the requests over one connection without waiting in between, and answers the status of each: thousands a second, where a client a request takes longer than the server. */
export function pipelined(
  url: string,
  requests: readonly BadRequest[],
  headers: Readonly<Record<string, string>>,
): Promise<readonly number[]> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const statuses: number[] = [];
    let rest: Buffer = Buffer.alloc(0);
    const socket = connect(Number(port), hostname);
    socket
      .once('error', reject)
      .once('close', () => reject(new Error(`the connection ended after ${statuses.length} of ${requests.length} answers`)));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = rest.toString('latin1', 0, end);
        const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
        if (rest.length < end + 4 + length) return;
        statuses.push(Number(head.slice(9, 12)));
        rest = rest.subarray(end + 4 + length);
        if (statuses.length < requests.length) continue;
        resolve(statuses);
        return void socket.destroy();
      }
    });
    for (const { method, path, headers: own, body = '' } of requests) {
      const all = { Host: host, ...headers, ...own, 'Content-Length': `${Buffer.byteLength(body)}` };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(
        Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), Buffer.from(body as string)]),
      );
    }
  });
}
