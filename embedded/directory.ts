import { createHash, timingSafeEqual } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { keyOf } from '../activities/directory/dn.js';
import { DirectoryTree, isOrBelow, Refused, readable } from './directory-tree.js';
import { answerTag, firstMessage, type LdapRequest, readRequest, writeEntry, writeResult } from './ldap-wire.js';
import type { DirectoryEntry } from './ldif.js';

/** A running embedded directory. */
export interface EmbeddedDirectory {
  port: number;
  close(): Promise<void>;
}

/** Result codes of RFC 4511 §4.1.9. */
const code = {
  success: 0,
  protocolError: 2,
  sizeLimitExceeded: 4,
  authMethodNotSupported: 7,
  invalidCredentials: 49,
  insufficientAccess: 50,
  unwillingToPerform: 53,
} as const;

/** More than any question of the programme has answers; whoever wants the whole directory takes the LDIF. */
const mostEntries = 5_000;

/** Shown only to who asks for them by name, or for all of their kind by `+` (RFC 4512 §3.4, RFC 3673). */
const operational = new Set(['pwdaccountlockedtime']);

/** An account that is locked until somebody unlocks it (draft-behera-ldap-password-policy §5.3.3). */
const locked = '000001010000Z';

/**
 * Serves the town in the folder (`directory.ldif`) over LDAP, on loopback only: there is no TLS, and passwords are SSHA. Enough of a directory for a
 * sample town, and for nothing else. People bind with their password and may then search; the service account may also modify.
 */
export async function startDirectory({ folder, port }: { folder: string; port: number }): Promise<EmbeddedDirectory> {
  const tree = new DirectoryTree(folder);
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket.once('close', () => open.delete(socket)));
    serve(socket, tree);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          tree.close();
          resolve();
        });
        for (const socket of open) socket.destroy();
      }),
  };
}

function serve(socket: Socket, tree: DirectoryTree): void {
  let bound = '';
  let arrived: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    arrived = Buffer.concat([arrived, data]);
    try {
      for (let next = firstMessage(arrived); next; next = firstMessage(arrived)) {
        arrived = next.rest;
        answer(readRequest(next.message));
      }
    } catch {
      socket.destroy(); // What comes here is no LDAP.
    }
  });

  function answer(request: LdapRequest): void {
    switch (request.operation) {
      case 'bind': {
        const accepted = request.dn === '' && request.password === '' ? true : mayBind(tree.find(request.dn), request.password);
        bound = accepted ? request.dn : '';
        const refusal = request.password === undefined ? code.authMethodNotSupported : code.invalidCredentials;
        socket.write(writeResult(request.id, answerTag.bind, accepted ? code.success : refusal));
        return;
      }
      case 'search': {
        const found: Buffer[] = [];
        const result = resultOf(() => search(request, (entry) => found.push(writeEntry(request.id, entry))));
        socket.write(Buffer.concat([...found, writeResult(request.id, answerTag.search, result)]));
        return;
      }
      case 'modify': {
        const result = resultOf(() => {
          if (!isService(bound)) return code.insufficientAccess;
          tree.modify(request.dn, request.changes);
          return code.success;
        });
        socket.write(writeResult(request.id, answerTag.modify, result));
        return;
      }
      case 'other':
        socket.write(writeResult(request.id, request.answer, code.unwillingToPerform));
        return;
      case 'abandon':
        return;
      case 'unbind':
        socket.end();
    }
  }

  function search(request: Extract<LdapRequest, { operation: 'search' }>, send: (entry: DirectoryEntry) => void): number {
    if (bound === '') return code.insufficientAccess;
    let left = Math.min(request.sizeLimit || mostEntries, mostEntries);
    for (const { dn, attributes } of tree.search(request.search)) {
      if (left === 0) return code.sizeLimitExceeded;
      send({ dn, attributes: chosen(attributes, request.attributes) });
      left -= 1;
    }
    return code.success;
  }
}

const isService = (dn: string) => /^cn=[^,]+,ou=services,/.test(keyOf(dn));

function resultOf(operation: () => number): number {
  try {
    return operation();
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
}

/** The entry exists, its password is right, and the account is not locked. */
function mayBind(entry: DirectoryEntry | undefined, password = ''): boolean {
  if (!entry || password === '' || entry.attributes.pwdAccountLockedTime?.includes(locked)) return false;
  return (entry.attributes.userPassword ?? []).some((stored) => {
    const salted = Buffer.from(stored.replace(/^\{SSHA\}/, ''), 'base64');
    const [hash, salt] = [salted.subarray(0, 20), salted.subarray(20)];
    return hash.length === 20 && timingSafeEqual(hash, createHash('sha1').update(password).update(salt).digest());
  });
}

/** The attributes that were asked for by name, by the name of a supertype, or by `*` or nothing (all but the operational ones). */
function chosen(attributes: DirectoryEntry['attributes'], wanted: readonly string[]): DirectoryEntry['attributes'] {
  const users = wanted.length === 0 || wanted.includes('*');
  const asked = (name: string) =>
    (operational.has(name.toLowerCase()) ? wanted.includes('+') : users) || wanted.some((one) => isOrBelow(name, one));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => readable(name) && asked(name)));
}
