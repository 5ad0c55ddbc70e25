import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import addressparser from 'nodemailer/lib/addressparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type Delivery, MailAway, type MailPort, type OutgoingMail } from './port.js';

export interface SmtpOptions {
  /** `smtps://` is TLS from the start; `smtp://` upgrades where the server offers it. User and password may stand in it. */
  url: string;
  /** `From:`, with or without a name; its address is the envelope's sender. */
  from: string;
  /** Authority of the server's certificate, beside those that Node knows. */
  ca?: TlsOptions['ca'];
  /** Until the session is open, greeting and TLS included. */
  connectMs?: number;
  /**
   * Silence that ends the session. Shorter than the ten minutes that RFC 5321 §4.5.3.2.6 grants a server after the final dot, as nobody else's mail leaves
   * meanwhile; a mail that was taken after all is then sent again under the same Message-ID.
   */
  silenceMs?: number;
}

/**
 * The mail server over SMTP. The session is held on nodemailer's connection and not its transport, because only there the moment is seen in which the final dot
 * leaves: a line that breaks before it has sent nothing, one that breaks after it may have.
 */
export function createSmtpMail(options: SmtpOptions): MailPort {
  const sender = addressOf(options.from);
  return {
    async send(mails, report, signal) {
      signal?.throwIfAborted();
      const session = await openSession(options, signal);
      try {
        for (const mail of mails) {
          signal?.throwIfAborted();
          await report(mail.messageId, await session.deliver(sender, mail));
        }
      } finally {
        session.close();
      }
    },
  };
}

/** One open SMTP session. */
interface Session {
  /** @throws MailAway when the session is of no more use, or the abort's reason */
  deliver(sender: Address, mail: OutgoingMail): Promise<Delivery>;
  close(): void;
}

async function openSession(
  { url, ca, connectMs = 15_000, silenceMs = 120_000 }: SmtpOptions,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const { protocol, hostname, port, username, password } = new URL(url);
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  const connection = new SMTPConnection({
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port && { port: Number(port) }),
    secure: protocol === 'smtps:',
    requireTLS: username !== '' && !loopback, // A password never crosses a network in plain text.
    ...(ca && { tls: { ca } }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: silenceMs,
    socketCloseTimeout: 1_000,
  });

  /** One command of the session; it also ends with the line and with the signal, of which the connection tells no waiting caller. */
  const command = <Result>(begin: (done: (failure?: unknown, result?: Result) => void) => void): Promise<Result | undefined> =>
    new Promise((resolve, reject) => {
      const settle = (failure?: unknown, result?: Result): void => {
        connection.off('error', settle);
        signal?.removeEventListener('abort', onAbort);
        if (failure) reject(failure);
        else resolve(result);
      };
      const onAbort = (): void => {
        connection.close();
        settle(signal?.reason);
      };
      connection.on('error', settle);
      signal?.addEventListener('abort', onAbort);
      begin(settle);
    });
  connection.on('error', () => undefined); // Whoever waits is told by `command`; between two commands nobody does.

  try {
    await command<never>((done) => connection.connect(done));
    const login = { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
    if (username) await command<boolean>((done) => connection.login(login, done));
  } catch (failure) {
    connection.close();
    throw signal?.aborted ? failure : new MailAway(statusOf(failure));
  }

  return {
    async deliver(sender, mail) {
      if (!isAddress(mail.to.address)) return { how: 'refused', status: '5.1.3' }; // Bad destination mailbox address syntax (RFC 3463 §3.2).
      const message = await compose(sender, mail);
      const body = Readable.from(pieces(message));
      let dotLeft = false;
      body.once('end', () => {
        dotLeft = true; // The connection writes the final dot when its source has ended, not before.
      });
      try {
        await command((done) => connection.send({ from: sender.address, to: mail.to.address }, body, done));
        return { how: 'sent' };
      } catch (failure) {
        if (signal?.aborted) throw failure;
        const answer = answerOf(failure);
        if (!answer) return dotLeft && !isReply(failure) ? { how: 'uncertain' } : away(failure);
        await command<boolean>((done) => connection.reset(done)).catch(() => undefined); // The sender stands until then; a line that breaks is the next mail's.
        return answer;
      }
    },
    close: () => (connection.destroyed ? connection.close() : connection.quit()),
  };
}

interface Address {
  name: string;
  address: string;
}

/** In pieces, so that the source of a long mail does not end long before the line has taken it. */
function* pieces(message: Buffer): Generator<Buffer> {
  for (let at = 0; at < message.length; at += 16_384) yield message.subarray(at, at + 16_384);
}

/** The mail as it goes over the line: byte for byte the same whenever it is sent again. */
function compose(from: Address, mail: OutgoingMail): Promise<Buffer> {
  const composer = new MailComposer({
    from,
    to: { name: inOneLine(mail.to.name), address: mail.to.address },
    subject: inOneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    ...(mail.calendar && { icalEvent: mail.calendar }),
    date: new Date(mail.date),
    messageId: `<${mail.messageId}>`,
    // RFC 3834 §5 and what Exchange goes by instead: no answering machine answers.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    textEncoding: 'B',
    baseBoundary: createHash('sha256').update(mail.messageId).digest('hex').slice(0, 32),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

const inOneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/** One mailbox of RFC 5321, as directories hold it: no quoting, no comment, no address literal, nothing that could end a command or a header. */
const isAddress = (address: string): boolean =>
  address.length <= 254 && /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d-]+(\.[a-z\d-]+)*$/i.test(address);

function addressOf(from: string): Address {
  const [first, ...others] = addressparser(from, { flatten: true });
  if (!first || others.length || !isAddress(first.address) || from.trim() !== inOneLine(from))
    throw new Error('MAIL_FROM must be one address, with or without a name');
  return { name: first.name, address: first.address };
}

/** What nodemailer says of a failure beside its message, which may hold an address. */
interface SmtpFailure {
  code?: string;
  originalCode?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

/** The server's reply about this one mail. What it says of sender or session (greeting, login, `MAIL FROM`, 421, 503) concerns every mail: none is lost by it. */
function answerOf(failure: unknown): Delivery | undefined {
  const { command, responseCode = 0 } = failure as SmtpFailure;
  if (!isReply(failure) || responseCode === 421 || responseCode === 503) return undefined;
  if (command !== 'RCPT TO' && command !== 'DATA') return undefined;
  return { how: responseCode >= 500 ? 'refused' : 'deferred', status: statusOf(failure) };
}

const isReply = (failure: unknown): boolean => {
  const { command, responseCode = 0 } = failure as SmtpFailure;
  return responseCode >= 400 && command !== 'CONN'; // On the line itself it is half a reply, or one to nothing.
};

/** The enhanced status code (RFC 3463), else the reply code, else the system's; never words, which repeat the address. */
function statusOf(failure: unknown): string {
  const { code, originalCode, response, responseCode } = failure as SmtpFailure;
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return enhanced ?? (responseCode ? `${responseCode}` : (originalCode ?? code ?? 'broken'));
}

function away(failure: unknown): never {
  throw new MailAway(statusOf(failure));
}
