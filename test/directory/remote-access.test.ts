import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { createDirectoryActivities } from '../../activities/directory/activities.js';
import { DirectoryAway, type DirectoryPort } from '../../activities/directory/port.js';
import { entry, town } from '../ledger/town.js';

const staff = 'S4021';
const about = { registrationId: 'registration-1', staff };

/** A registration of which the ledger says what it is told, and a group that keeps what it was told. */
async function registered() {
  const { ledger } = await town();
  const seqs = new Map<string, number>();
  const stands = async (status: string, { caseId = about.registrationId, remoteAccess = true } = {}) => {
    const seq = (seqs.get(caseId) ?? 0) + 1;
    seqs.set(caseId, seq);
    const state = { status, policy: { remoteAccess } };
    const summary = { status, department: 'tax', staff };
    await ledger.append(entry(caseId, seq, { name: status }, { procedure: 'registration', state, summary }));
  };
  const group = new Set<string>();
  const directory: Pick<DirectoryPort, 'setRemoteAccess'> = {
    async setRemoteAccess(person, granted) {
      if (granted) group.add(person);
      else group.delete(person);
      return 'done';
    },
  };
  const align = (by = directory) =>
    new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(
      createDirectoryActivities({ directory: by, marks: ledger, ledger }).alignRemoteAccess,
      about,
    );
  return { stands, group, directory, align, effects: () => ledger.effects(about.registrationId) };
}

function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

test('access is there exactly while the registration is active', async () => {
  const { stands, align, group, effects } = await registered();
  for (const [status, access] of [
    ['filed', false],
    ['active', true],
    ['suspended', false],
    ['active', true],
    ['revoked', false],
  ] as const) {
    await stands(status);
    await align();
    expect(group.has(staff)).toBe(access);
  }
  expect(await effects()).toMatchObject([{ name: 'remoteAccess', how: 'done' }]);
});

test('a pack without remote access touches nobody’s, but takes away what another granted', async () => {
  const { stands, align, group } = await registered();
  await stands('active', { remoteAccess: false });
  group.add(staff);
  await align();
  expect(group).toEqual(new Set());
});

test('the end of one registration does not end the access that another grants', async () => {
  const { stands, align, group } = await registered();
  await stands('revoked');
  await stands('active', { caseId: 'registration-2' });
  await align();
  expect(group).toEqual(new Set([staff]));
});

test('what changes in the ledger meanwhile is made good before the end', async () => {
  const { stands, align, group, directory } = await registered();
  await stands('active');
  let asked = 0;
  await align({
    async setRemoteAccess(...given) {
      asked += 1;
      if (asked === 1) await stands('revoked');
      return directory.setRemoteAccess(...given);
    },
  });
  expect([asked, group]).toEqual([2, new Set()]);
});

test('an attempt that was held up and comes last leaves what holds', async () => {
  const { stands, align, group, directory } = await registered();
  await stands('active');
  const [begun, held] = [gate(), gate()];
  const late = align({
    async setRemoteAccess(...given) {
      begun.open();
      if (given[1]) await held.passed;
      return directory.setRemoteAccess(...given);
    },
  });
  await begun.passed;
  await stands('revoked');
  await align();
  held.open();
  await late;
  expect(group).toEqual(new Set());
});

test.each([
  ['unknownPerson', 'UnknownPerson'],
  ['noRemoteAccessGroup', 'NoRemoteAccessGroup'],
] as const)('%s is stuck until somebody mends it', async (answer, type) => {
  const { stands, align, effects } = await registered();
  await stands('active');
  const failure: unknown = await align({ setRemoteAccess: async () => answer }).catch((thrown) => thrown);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type, nonRetryable: true });
  expect(String(failure)).not.toContain(staff);
  expect(await effects()).toMatchObject([{ name: 'remoteAccess', how: 'stuck', reason: type }]);
  await align();
  expect(await effects()).toMatchObject([{ how: 'done' }]);
});

test('a directory that is down is waited for', async () => {
  const { stands, align, effects } = await registered();
  await stands('active');
  await expect(align({ setRemoteAccess: () => Promise.reject(new DirectoryAway('away')) })).rejects.toBeInstanceOf(DirectoryAway);
  expect(await effects()).toMatchObject([{ name: 'remoteAccess', how: 'waiting', reason: 'outage' }]);
});
