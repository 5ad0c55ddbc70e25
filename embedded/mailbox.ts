import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Address } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { serveMailPage } from './mailbox-page.js';

/** One mail as the mailbox shows it. `id` counts in order of arrival. */
export interface ReceivedMail {
  id: number;
  messageId: string;
  from: string;
  /** Whom the envelope named. */
  to: readonly string[];
  subject: string;
  /** The `Date:` of the mail, ISO 8601. */
  date: string;
  text: string;
}

/** The mails on disk, one file each. */
export interface MailStore {
  /** Newest first. */
  list(to?: string): readonly ReceivedMail[];
  find(id: number): ReceivedMail | undefined;
}

export interface Mailbox {
  smtpPort: number;
  httpPort: number;
  close(): Promise<void>;
}

/** A mail longer than this is none of ours. */
const longestMail = 10 * 1024 * 1024;

/**
 * The mail server of a town on one machine, on loopback: takes every mail for anybody, keeps it under `folder/mails` and shows it on a page. A mail is on the disk before it is accepted, so
 * that what the sender believes to be delivered survives a power cut. It drops no duplicates: what was sent twice shows twice.
 */
export async function startMailbox({
  folder,
  smtpPort = 0,
  httpPort = 0,
}: {
  folder: string;
  smtpPort?: number;
  httpPort?: number;
}): Promise<Mailbox> {
  const store = await openStore(join(folder, 'mails'));
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    size: longestMail,
    logger: false,
    onData(stream, session, answer) {
      keep(store, stream, session).then(
        () => answer(),
        () => answer(Object.assign(new Error('not kept'), { responseCode: 451 })),
      );
    },
  });
  smtp.on('error', () => undefined); // Of one client's connection.
  const server = smtp.listen(smtpPort, '127.0.0.1');
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const page = await serveMailPage(store, httpPort);
  return {
    smtpPort: (server.address() as AddressInfo).port,
    httpPort: page.port,
    async close() {
      await Promise.all([new Promise<void>((resolve) => smtp.close(resolve)), page.close()]);
    },
  };
}

/** As a mail server does, the envelope goes in front of the headers (RFC 5321 §4.4). Two recipients' copies of one mail are one file. */
async function keep(store: Store, stream: SMTPServerDataStream, { envelope }: SMTPServerSession): Promise<void> {
  const message = await buffer(stream);
  if (stream.sizeExceeded) throw new Error('longer than the mailbox takes');
  const recipients = envelope.rcptTo.map(({ address }) => `Delivered-To: ${address}\r\n`);
  await store.add(Buffer.concat([Buffer.from(recipients.join('')), message]));
}

type Store = MailStore & { add(message: Buffer): Promise<void> };

async function openStore(folder: string): Promise<Store> {
  await mkdir(folder, { recursive: true });
  const mails = new Map<number, ReceivedMail>();
  for (const name of (await readdir(folder)).sort()) {
    const id = Number(/^(\d+)\.eml$/.exec(name)?.[1]);
    if (id) mails.set(id, await parse(id, await readFile(join(folder, name))));
    else if (name.endsWith('.part')) await rm(join(folder, name)); // Half a mail: it was never accepted.
  }
  let last = Math.max(0, ...mails.keys());
  return {
    list: (to) => [...mails.values()].filter((mail) => !to || mail.to.includes(to)).sort((a, b) => b.id - a.id),
    find: (id) => mails.get(id),
    async add(message) {
      last += 1;
      const id = last;
      const name = `${id}`.padStart(9, '0');
      const mail = await parse(id, message);
      await writeDown(join(folder, `${name}.part`), message);
      await rename(join(folder, `${name}.part`), join(folder, `${name}.eml`));
      await syncFolder(folder);
      mails.set(id, mail);
    },
  };
}

async function writeDown(file: string, content: Buffer): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The name of a new file is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function parse(id: number, message: Buffer): Promise<ReceivedMail> {
  const mail = await PostalMime.parse(message);
  const delivered = mail.headers.filter(({ key }) => key === 'delivered-to').map(({ value }) => value);
  return {
    id,
    messageId: (mail.messageId ?? '').replace(/^<|>$/g, ''),
    from: shown(mail.from),
    to: delivered,
    subject: mail.subject ?? '',
    date: mail.date ?? '',
    text: mail.text ?? '',
  };
}

const shown = (from: Address | undefined): string => (from?.name ? `${from.name} <${from.address}>` : (from?.address ?? ''));
