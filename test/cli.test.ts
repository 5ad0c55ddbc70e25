import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../config/town.js';
import { removeTown } from '../embedded/state.js';
import { startTown, type Town } from '../embedded/town.js';

let town: Town;
let stateDir: string;
let pool: pg.Pool;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'telework-cli-'));
  town = await startTown({
    stateDir,
    size: 57,
    headless: true,
    environment: { ...process.env, LOG_LEVEL: 'warn', POLICY_PACK: 'tours/loan-alone.yaml' },
  });
  pool = new pg.Pool({ connectionString: town.settings.DATABASE_URL ?? '', max: 2 });
  pool.on('error', () => undefined);
}, 120_000);

afterAll(async () => {
  await pool?.end();
  await town?.stop('at once');
  await removeTown(stateDir);
  await rm(stateDir, { recursive: true, force: true });
}, 60_000);

interface Said {
  code: number;
  out: string;
  err: string;
}

/** The command line as it is typed, on this town. */
function telework(...args: readonly string[]): Promise<Said> {
  return typed('', args);
}

function typed(input: string, args: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    const options = { cwd: projectRoot, env: { ...process.env, TOWN_STATE: stateDir } };
    const child = execFile(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err });
    });
    child.stdin?.end(input);
  });
}

async function logIn(staffNumber: string | undefined): Promise<void> {
  const said = await typed(`${town.accounts?.password}\n`, ['login', `${staffNumber}`]);
  expect(said).toMatchObject({ code: 0, err: '' });
}

const day = (days: number) => Temporal.Now.plainDateISO('Asia/Tokyo').add({ days }).toString();
const file = [
  'loans',
  'file',
  '--kind',
  'laptop',
  '--accessories',
  'wire,mouse',
  '--personal-data',
  'no',
  '--from',
  day(14),
  '--until',
  day(18),
];
const receiptIn = ({ out }: Said) => /令和\d+-貸-\d{4}/.exec(out)?.[0] ?? '';

it('says who is not logged in what to do', async () => {
  expect(await telework('tasks')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('ログインしていません') });
}, 30_000);

it('keeps the token where nobody else can read it, and forgets it', async () => {
  await logIn(town.accounts?.borrower);
  expect((await stat(join(stateDir, 'login.json'))).mode & 0o777).toBe(0o600);
  expect(await telework('logout')).toMatchObject({ code: 0 });
  expect(await telework('tasks')).toMatchObject({ code: 1, err: expect.stringContaining('ログインしていません') });
}, 60_000);

it('refuses a wrong password in a sentence', async () => {
  const said = await typed('wrong\n', ['login', `${town.accounts?.borrower}`]);
  expect(said).toMatchObject({ code: 1, err: expect.stringContaining('職員番号又はパスワードが違います。') });
}, 30_000);

it('files a loan, shows it by its receipt number, has it approved by the head, and tells a refused step by field and article', async () => {
  await logIn(town.accounts?.borrower);
  const wrong = await telework('loans', 'file', '--kind', 'laptop', '--from', day(18), '--until', day(14));
  expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/入力に誤りがあります。[\s\S]*付属品/) });
  const filed = await telework(...file);
  expect(filed).toMatchObject({ code: 0, err: '' });
  const receipt = receiptIn(filed);
  expect((await telework('loans', 'approve', receipt)).err).toContain('この手続を行う権限がありません。');

  await logIn(town.accounts?.head);
  expect((await telework('tasks')).out).toContain(receipt);
  expect((await telework('loans', 'approve', receipt)).out).toMatch(/準備中|空き待ち/);
  const timeline = await telework('loans', 'timeline', receipt);
  expect(timeline.out).toMatch(/端末機等借用願の提出[\s\S]*端末機等借用願の承認[\s\S]*（所属長）/);

  await logIn(town.accounts?.borrower);
  expect(await telework('loans', 'withdraw', receipt)).toMatchObject({ code: 0, out: expect.stringContaining('取下げ') });
  const again = await telework('loans', 'withdraw', receipt);
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('現在、この手続を行うことはできません。') });
}, 120_000);

it('shows the personnel staff what transfers would change, and names a bad line; to others it says that it is not theirs', async () => {
  await logIn(town.accounts?.borrower);
  const receipt = receiptIn(await telework(...file));
  const ldif = readFileSync(join(stateDir, 'city', 'directory.ldif'), 'utf8');
  const gone = ldif.split('\n\n').filter((entry) => !entry.startsWith(`dn: uid=${town.accounts?.borrower},`));
  const [path, bad] = ['after.ldif', 'bad.ldif'].map((name) => join(stateDir, name)) as [string, string];
  writeFileSync(path, gone.join('\n\n'));
  writeFileSync(bad, `${ldif}\nnonsense\n`);
  expect(await telework('transfers', 'preview', path)).toMatchObject({ code: 1, err: expect.stringContaining('権限がありません') });

  await logIn(town.accounts?.personnel);
  const said = await telework('transfers', 'preview', path);
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toMatch(new RegExp(`people who leave with open cases：1\n.*${town.accounts?.borrower} +${receipt} 承認待ち`));
  expect(await telework('transfers', 'preview', bad)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/\d+行目: is not a line of LDIF/),
  });
  await logIn(town.accounts?.borrower);
  expect(await telework('loans', 'withdraw', receipt)).toMatchObject({ code: 0 });
}, 120_000);

it('opens every case again on an empty Temporal server, and changes nothing where it runs already', async () => {
  await logIn(town.accounts?.borrower);
  const receipt = receiptIn(await telework(...file));
  expect((await telework('cases', 'reopen', '--all')).out).toMatch(/opened: 0\n.*running: 1/);
  await town.dropTemporal();
  await town.restart('worker');
  await town.ready();
  expect((await telework('cases', 'reopen', receipt)).out).toMatch(/opened: 1\n.*running: 0/);
  await logIn(town.accounts?.head);
  expect(await telework('loans', 'approve', receipt)).toMatchObject({ code: 0, err: '' });
  expect(await telework('cases', 'reopen', '令和1-貸-9999')).toMatchObject({ code: 1, err: expect.stringContaining('ありません') });
  const { rows } = await pool.query("select act from operator_acts where act = 'reopenCases'");
  expect(rows).toHaveLength(2);
}, 180_000);

it('moves the clock forward past a deadline and makes the rounds of the days between', async () => {
  await logIn(town.accounts?.borrower);
  const receipt = receiptIn(await telework(...file));
  const moved = await telework('clock', 'forward', '2w');
  expect(moved).toMatchObject({ code: 0, err: '' });
  expect(moved.out.match(/朝の処理/g)?.length).toBeGreaterThanOrEqual(8);
  expect((await telework('loans', 'show', receipt)).err).toContain('ログイン'); // A login lasts for twelve hours.
  await logIn(town.accounts?.borrower);
  expect((await telework('loans', 'show', receipt)).out).toContain('失効');
  const { rows } = await pool.query('select date from seals');
  expect(rows.length).toBeGreaterThanOrEqual(8);
  expect(await telework('clock', 'forward', 'yesterday')).toMatchObject({ code: 1 });
}, 180_000);

it('finds the ledger sound, and names the row that somebody changed', async () => {
  expect(await telework('audit', 'verify')).toMatchObject({ code: 0, out: expect.stringContaining('台帳は健全です') });
  await pool.query("update events set name = 'refuse' where name = 'approve' and seq = 2");
  const found = await telework('audit', 'verify');
  expect(found).toMatchObject({ code: 1, out: expect.stringMatching(/events changed .* #2 name/) });
}, 60_000);
