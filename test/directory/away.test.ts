import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createLdapDirectory } from '../../activities/directory/ldap.js';
import { DirectoryAway } from '../../activities/directory/port.js';

const opened: { server: Server; sockets: Socket[] }[] = [];
afterEach(async () => {
  for (const { server, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that does this with each connection, and a directory that takes it for one of LDAP. */
async function against(treat: (socket: Socket) => void, more: { startTls?: true; scheme?: 'ldaps' } = {}) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    treat(socket);
  });
  opened.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { scheme = 'ldap', ...options } = more;
  const directory = createLdapDirectory({
    url: `${scheme}://127.0.0.1:${port}`,
    baseDn: 'dc=example',
    preset: 'openldap',
    clock: { now: () => new Date() },
    timeLimitMs: 300,
    ...options,
  });
  return { directory, sockets };
}

const silent = (socket: Socket) => void socket.resume();

test.each([
  ['says nothing', silent, {}],
  ['says nothing where StartTLS is asked for', silent, { startTls: true as const }],
  ['says nothing where TLS begins', silent, { scheme: 'ldaps' as const }],
  ['hangs up', (socket: Socket) => void socket.end(), {}],
  ['resets', (socket: Socket) => void socket.resetAndDestroy(), {}],
  ['speaks something else', (socket: Socket) => void socket.write('220 mail.example.jp ESMTP\r\n'), {}],
])('a server that %s is away within the time limit', async (_, treat, more) => {
  const { directory } = await against(treat, more);
  const began = performance.now();
  for (const question of [() => directory.capacitiesOf('10001'), () => directory.authenticate('10001', 'a password')])
    await expect(question()).rejects.toBeInstanceOf(DirectoryAway);
  expect(performance.now() - began).toBeLessThan(2_000);
  directory.close();
});

test('a connection that has hung is left: the next question has one of its own', async () => {
  const { directory, sockets } = await against(silent);
  await expect(directory.unit('zeimu')).rejects.toThrow(new DirectoryAway('the directory does not answer in time'));
  await expect(directory.unit('zeimu')).rejects.toThrow(new DirectoryAway('the directory does not answer in time'));
  expect(sockets).toHaveLength(2);
  await vi.waitFor(() => expect(sockets[0]?.destroyed).toBe(true));
  directory.close();
});

test('an empty password, and what cannot be a staff number, are refused without a connection', async () => {
  const { directory, sockets } = await against(silent);
  expect(await directory.authenticate('10001', '')).toBe('wrong');
  expect(await directory.authenticate('10001\0', 'a password')).toBe('wrong');
  expect(await directory.authenticate('1'.repeat(65), 'a password')).toBe('wrong');
  expect(await directory.authenticate('', 'a password')).toBe('wrong');
  expect(sockets).toHaveLength(0);
  directory.close();
});
