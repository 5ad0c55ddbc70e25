import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a certificate authority of one's own, and of a server that it signed. */
export interface Certificates {
  ca: string;
  certificate: string;
  key: string;
}

/** Makes them in the folder, for the server at this address and at localhost, good for one day. */
export function makeCertificates(folder: string, address: string): Certificates {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  writeFileSync(at('san.cnf'), `subjectAltName=IP:${address},DNS:localhost\n`);
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=Authority of a test',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=directory of a test', '-keyout', 'server.key', '-out', 'server.csr');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-days',
    '1',
    '-extfile',
    'san.cnf',
    '-out',
    'server.pem',
  );
  return { ca: at('ca.pem'), certificate: at('server.pem'), key: at('server.key') };
}
