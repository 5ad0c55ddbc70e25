import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, EqualityFilter } from 'ldapts';
import type { TownAccounts } from '../embedded/sample-town.js';

/** Copies of each mail, by Message-ID. */
export type Arrivals = ReadonlyMap<string, number>;
export type GroupChange = 'granted' | 'removed';

/** The mails that a town's mailbox has kept in its folder; a file never changes, so each is read once. */
export function arrivalsIn(folder: string): () => Promise<Arrivals> {
  const messageIds = new Map<string, string>();
  return async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.eml'));
    for (const name of files) if (!messageIds.has(name)) messageIds.set(name, messageIdOf(await readFile(join(folder, name), 'latin1')));
    const times = new Map<string, number>();
    for (const name of files) {
      const messageId = messageIds.get(name) ?? '';
      times.set(messageId, (times.get(messageId) ?? 0) + 1);
    }
    return times;
  };
}

const messageIdOf = (mail: string): string => /^message-id:\s*<([^>]*)>/im.exec(mail)?.[1] ?? '';

const group = 'telework-remote-access';

/** Asks the directory itself, over LDAP, whether it has somebody in the group of remote access. */
export function accessIn(url: string, baseDn: string, service: TownAccounts['service']): (staffNumber: string) => Promise<boolean> {
  return async (staffNumber) => {
    const client = new Client({ url, connectTimeout: 5_000, timeout: 5_000 });
    try {
      await client.bind(service.dn, service.password);
      const filter = new EqualityFilter({ attribute: 'cn', value: group });
      const { searchEntries } = await client.search(baseDn, { filter, attributes: ['member'] });
      return [searchEntries[0]?.member ?? []].flat().some((dn) => `${dn}`.startsWith(`uid=${staffNumber},`));
    } finally {
      await client.unbind().catch(() => undefined);
    }
  };
}

/**
 * What the embedded directory has made of who is in the group of remote access, oldest first: its log has every modification that it made, and none that it refused because nothing would have changed.
 */
export function groupChangesIn(folder: string): (staffNumber: string) => Promise<readonly GroupChange[]> {
  return async (staffNumber) => {
    const log = await readFile(join(folder, 'directory-changes.ndjson'), 'utf8').catch(() => '');
    return log
      .split('\n')
      .filter((line) => line.startsWith(`{"dn":"cn=${group},`) && line.endsWith('}'))
      .flatMap((line) => (JSON.parse(line) as { changes: readonly LoggedChange[] }).changes)
      .filter(({ attribute, values }) => attribute === 'member' && values.some((dn) => dn.startsWith(`uid=${staffNumber},`)))
      .map(({ operation }) => (operation === 'add' ? 'granted' : 'removed'));
  };
}

interface LoggedChange {
  operation: 'add' | 'delete' | 'replace';
  attribute: string;
  values: readonly string[];
}
