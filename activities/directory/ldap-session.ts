import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Client } from 'ldapts';
import { DirectoryAway } from './port.js';

/** How the directory is reached. */
export interface LdapConnection {
  /** `ldap://` or `ldaps://`, with host and port. */
  url: string;
  /** The account that reads; absent: anonymous. */
  account?: { dn: string; password: string };
  /** Upgrades an `ldap://` connection to TLS before anything else is said. */
  startTls?: boolean;
  /** PEM of the authority that signed the server's certificate; absent: those that Node knows. */
  ca?: string;
  /** How long one question may take, connecting included; 3 seconds if absent. */
  timeLimitMs?: number;
}

/** The directory's answer to one operation, other than success: a result code of RFC 4511 §4.1.9. */
export interface LdapRefusal extends Error {
  code: number;
}

/** A DOMException has a number too, and is none: so says a time limit that is over. */
export const isRefusal = (error: unknown): error is LdapRefusal =>
  error instanceof Error && !(error instanceof DOMException) && 'code' in error && typeof error.code === 'number';

interface Session {
  client: Client;
  end(): void;
}

/** One connection that is used for every question, opened when needed, and opened anew when it has broken. */
export class LdapSessions {
  readonly #connection: LdapConnection;
  readonly #timeLimitMs: number;
  #current: Promise<Session> | undefined;

  constructor(connection: LdapConnection) {
    this.#connection = connection;
    this.#timeLimitMs = connection.timeLimitMs ?? 3_000;
  }

  /**
   * Asks over the shared connection. A question must bear being asked twice: a directory closes idle connections, and the second attempt is on a new one. One that
   * changes something looks first whether its asker still waits (`over`).
   * @throws DirectoryAway, or the reason of the signal
   */
  async ask<Answer>(question: (client: Client, over: AbortSignal) => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(this.#timeLimitMs);
    const over = signal ? AbortSignal.any([limit, signal]) : limit;
    try {
      return await unlessAborted(this.#attempt(question, over), over);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (limit.aborted) this.#leave(this.#current); // It may hang for everybody else too.
      throw away(error);
    }
  }

  /** Checks a password on a connection of its own. Resolves when the directory accepts it. @throws LdapRefusal when it does not, DirectoryAway */
  async bind(dn: string, password: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(this.#timeLimitMs);
    const opening = this.#open();
    try {
      const check = opening.then(({ client }) => client.bind(dn, password));
      await unlessAborted(check, signal ? AbortSignal.any([limit, signal]) : limit);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw isRefusal(error) ? error : away(error);
    } finally {
      endOf(opening);
    }
  }

  close(): void {
    this.#leave(this.#current);
  }

  async #attempt<Answer>(question: (client: Client, over: AbortSignal) => Promise<Answer>, over: AbortSignal): Promise<Answer> {
    const reused = this.#current;
    const session = this.#session();
    try {
      return await question((await session).client, over);
    } catch (error) {
      if (isRefusal(error)) throw error;
      this.#leave(session);
      if (session !== reused || over.aborted) throw error;
      return question((await this.#session()).client, over);
    }
  }

  #session(): Promise<Session> {
    if (!this.#current) {
      const opening: Promise<Session> = this.#open(() => this.#leave(opening)).then(async (session) => {
        const { account } = this.#connection;
        if (account) await session.client.bind(account.dn, account.password).catch(refusedAccount);
        return session;
      });
      opening.catch(() => this.#leave(opening));
      this.#current = opening;
    }
    return this.#current;
  }

  #leave(session: Promise<Session> | undefined): void {
    if (!session) return;
    if (this.#current === session) this.#current = undefined;
    endOf(session);
  }

  /** A connection with TLS where it is wanted, nobody bound yet. */
  async #open(onClose: () => void = () => undefined): Promise<Session> {
    const { url, startTls, ca } = this.#connection;
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    const tls: ConnectionOptions = { host, ...(isIP(host) === 0 && { servername: host }), ...(ca && { ca }) };
    // The client forgets that an upgraded connection has closed and would wait on it: the sockets are watched here.
    const sockets: Socket[] = [];
    const watched = (socket: Socket) => {
      sockets.push(socket);
      return socket.once('close', onClose).setKeepAlive(true, 60_000);
    };
    const client = new Client({
      url,
      ...(url.startsWith('ldaps:') && { tlsOptions: { ...tls } }),
      createConnection: ((port: number, at: string) => watched(connectPlain(port, at))) as typeof connectPlain,
      createSecureConnection: ((...given: Parameters<typeof connectTls>) => watched(connectTls(...given))) as typeof connectTls,
    });
    const end = () => {
      for (const socket of sockets) socket.destroy();
    };
    try {
      if (startTls) await client.startTLS({ ...tls });
      return { client, end };
    } catch (error) {
      end();
      throw error;
    }
  }
}

const endOf = (session: Promise<Session>) =>
  void session.then(
    ({ end }) => end(),
    () => undefined,
  );

/** A wrong account in the settings is an outage to whoever asks, and a word to whoever operates. */
function refusedAccount(error: unknown): never {
  throw isRefusal(error) ? new DirectoryAway(`the directory refuses the account that reads (result code ${error.code})`) : error;
}

/** What went wrong, without the message: it may hold a DN or a filter. */
function away(error: unknown): DirectoryAway {
  if (error instanceof DirectoryAway) return error;
  if (isRefusal(error)) return new DirectoryAway(`the directory answers with result code ${error.code}`);
  const cause = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
  return new DirectoryAway(`the directory does not answer${timedOut ? ' in time' : cause ? ` (${cause})` : ''}`);
}

function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
