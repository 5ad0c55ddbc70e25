import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A certificate of nobody, for localhost, until 2126. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIULOHC13YgMZFfERGWxG5ALnl/AOgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIwNDU1NVoYDzIxMjYxMDI4
MjA0NTU1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASCUFBNjli9lplSvvKdcIWmijaMzmwWrkdF2LjierzceNZpAL64AfA3
f9yPiaNAFdR3Xu2it0kLO/eJb/EPP8gCo28wbTAdBgNVHQ4EFgQUil3aea9g5ZIn
txFMdewjYg6KAkowHwYDVR0jBBgwFoAUil3aea9g5ZIntxFMdewjYg6KAkowDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAIWUka9vbBEDGwxgZcICgZAoJrUrLP5WpdhwQE+wnHsZAiAp
cRnGtLRwCzEiLKbHkTl5oUMfc/G6NKAUXWc0Fr530g==
-----END CERTIFICATE-----
`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8bWVKfebDewOELGR
W1ZMIZAUkeSmar1itZjykMsH1eShRANCAASCUFBNjli9lplSvvKdcIWmijaMzmwW
rkdF2LjierzceNZpAL64AfA3f9yPiaNAFdR3Xu2it0kLO/eJb/EPP8gC
-----END PRIVATE KEY-----
`;

type Moment = 'greeting' | 'EHLO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'body' | 'dot' | 'RSET' | 'QUIT';
/** What the server does instead of what it should: a reply, or the line breaks, or it says nothing any more. `times` counts these moments from 1. */
export type Script = Partial<Record<Moment, (times: number, line: string) => string | 'cut' | 'silence' | undefined>>;

export interface ScriptedSmtp {
  url: string;
  script: Script;
  /** Messages that were accepted, in order. */
  readonly accepted: { from: string; to: string; message: string }[];
  /** Messages whose final dot arrived, whatever was answered. */
  readonly arrived: string[];
  sessions(): number;
  /** Nobody listens any more, until it is `back` at the same address. */
  away(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
}

/** A mail server that can be told to misbehave at any moment of a session. It speaks as much of RFC 5321 as it takes. */
export async function startScriptedSmtp(
  script: Script = {},
  options: { starttls?: boolean; auth?: boolean; pipelining?: boolean } = {},
): Promise<ScriptedSmtp> {
  const accepted: ScriptedSmtp['accepted'] = [];
  const arrived: string[] = [];
  const sockets = new Set<Socket>();
  const times = new Map<Moment, number>();
  let sessions = 0;

  const server = createServer((plain) => {
    sessions += 1;
    let socket: Socket = plain;
    sockets.add(plain.setNoDelay());
    let [from, to, pending, inData] = ['', '', '', false];

    /** Says what the script has for the moment, else the usual; false when the line is gone or dead. */
    const answer = (moment: Moment, usual: string, line = ''): boolean => {
      const count = (times.get(moment) ?? 0) + 1;
      times.set(moment, count);
      const reply = self.script[moment]?.(count, line) ?? usual;
      if (reply === 'cut') plain.destroy();
      else if (reply !== 'silence') socket.write(`${reply}\r\n`);
      return reply === usual;
    };

    const onCommand = (line: string): void => {
      const verb = line.split(/[ :]/)[0]?.toUpperCase();
      switch (verb) {
        case 'EHLO': {
          const offers = [
            'ENHANCEDSTATUSCODES',
            ...(options.pipelining ? ['PIPELINING'] : []),
            ...(options.starttls && socket === plain ? ['STARTTLS'] : []),
            ...(options.auth ? ['AUTH PLAIN'] : []),
            'HELP',
          ];
          answer('EHLO', ['localhost', ...offers].map((offer, at) => `250${at < offers.length ? '-' : ' '}${offer}`).join('\r\n'));
          return;
        }
        case 'STARTTLS':
          if (!answer('STARTTLS', '220 2.0.0 go ahead')) return;
          plain.removeAllListeners('data');
          socket = new TLSSocket(plain, { isServer: true, key, cert: certificate });
          listen(socket);
          return;
        case 'AUTH':
          answer('AUTH', '235 2.7.0 ok', line);
          return;
        case 'MAIL':
          if (from) answer('MAIL', '503 5.5.1 nested MAIL');
          else if (answer('MAIL', '250 2.1.0 ok', line)) from = line;
          return;
        case 'RCPT':
          if (answer('RCPT', '250 2.1.5 ok', line)) to = line;
          return;
        case 'DATA':
          if (!to) answer('DATA', '554 5.5.1 no valid recipients');
          else inData = answer('DATA', '354 go on');
          return;
        case 'RSET':
          [from, to] = ['', ''];
          answer('RSET', '250 2.0.0 ok');
          return;
        case 'QUIT':
          answer('QUIT', '221 2.0.0 bye');
          plain.end();
          return;
        default:
          socket.write('500 5.5.2 what?\r\n');
      }
    };

    const listen = (on: Socket): void => {
      on.on('error', () => undefined).on('data', (chunk) => {
        pending += chunk.toString('latin1');
        for (;;) {
          const end = inData ? pending.indexOf('\r\n.\r\n') : pending.indexOf('\r\n');
          if (inData && end < 0 && self.script.body?.((times.get('body') ?? 0) + 1, '') === 'cut') {
            times.set('body', (times.get('body') ?? 0) + 1);
            plain.resetAndDestroy();
            return;
          }
          if (end < 0) return;
          const text = pending.slice(0, end);
          pending = pending.slice(end + (inData ? 5 : 2));
          if (!inData) {
            onCommand(text);
            continue;
          }
          inData = false;
          const message = text.replace(/^\.\./gm, '.');
          arrived.push(message);
          if (answer('dot', '250 2.0.0 taken')) accepted.push({ from, to, message });
          [from, to] = ['', ''];
        }
      });
    };
    listen(plain);
    answer('greeting', '220 localhost ESMTP');
  });
  const listenOn = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const away = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  await listenOn(0);
  const { port } = server.address() as AddressInfo;

  const self: ScriptedSmtp = {
    url: `smtp://127.0.0.1:${port}`,
    script,
    accepted,
    arrived,
    sessions: () => sessions,
    away,
    back: () => listenOn(port),
    close: away,
  };
  return self;
}
