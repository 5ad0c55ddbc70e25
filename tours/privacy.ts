import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import pg from 'pg';
import { table } from '../cli/print.js';
import { readJson } from '../embedded/leftovers.js';
import { stateFiles, type TownState } from '../embedded/state.js';
import { castsOfTown, type Role } from './cast.js';
import { readyDevices } from './devices.js';
import { loanScript } from './loan.js';
import { isIn, type Needle, needle } from './needles.js';
import { Performance } from './performance.js';
import type { Stage } from './stage.js';

/** Where personal data may lie, and must for the search to be worth something; or may not. */
type Verdict = 'must' | 'may' | 'never';
interface Place {
  name: string;
  verdict: Verdict;
  /** How many files, rows or histories were looked at, and what was found in them. */
  looked: number;
  found: readonly string[];
}

/** Names, an address and a telephone as people write them where they should not. Invented. */
const planted = {
  carried: '研修資料（潮見うらら宛て、凪沢市浜辺町三丁目14番9号）',
  report: '自宅（凪沢市浜辺町三丁目14番9号）から潮見うらら090-5550-7214に連絡した帰りに失くした。',
  reason: '潮見うららの家にも無かった。',
};
const plantedNeedles: readonly Needle[] = [
  needle('氏名（自由記述） / a name in a free text', '潮見うらら'),
  needle('住所 / a home address', '凪沢市浜辺町三丁目14番9号'),
  needle('電話 / a telephone', '090-5550-7214'),
  needle('自由記述 / a free text', '帰りに失くした'),
  needle('理由 / a reason', '家にも無かった'),
];

/**
 * Plays the loan with planted names, address, telephone and free texts, then looks for them, byte by byte, in everything that the town keeps: they lie in the ledger's rows of words and in the bodies of
 * mails, and nowhere else. The directory's own files and the `To:` of mails are where people's names belong.
 */
export async function playPrivacy(stage: Stage): Promise<boolean> {
  const [cast] = castsOfTown(stage.sample.entries, stage.sample.accounts);
  if (!cast) throw new Error('the town has no cast');
  const { tags } = await readyDevices(stage, [cast]);
  const performance = new Performance(stage, { cast, devices: tags[0] ?? [], script: loanScript(stage.today, planted) });
  await performance.playToTheEnd();
  await performance.outcome();

  const nameOf = new Map(stage.sample.entries.map(({ attributes }) => [attributes.employeeNumber?.[0], attributes.cn?.[0] ?? '']));
  const names = (Object.entries(cast.people) as [Role, string][]).map(([role, number]) =>
    needle(`氏名 / the name of ${role}`, nameOf.get(number) ?? ''),
  );
  const needles = [...plantedNeedles, ...names];
  const places = [
    ...(await inTables(stage.sources.pool, needles)),
    ...(await inFolders(stage, needles)),
    await inHistories(stage, needles),
    ...(await inMails(stage, needles)),
  ];

  const marks = ({ verdict, found }: Place) => (verdict === 'must' ? found.length > 0 : verdict === 'may' || found.length === 0);
  console.log(
    table([
      ['場所 / where', '数 / looked at', '見つかったもの / found', ''],
      ...places.map((place) => [
        place.name,
        `${place.looked}`,
        place.found.length ? `${place.found.length}` : '—',
        marks(place) ? '○' : '違います / differs',
      ]),
    ]),
  );
  const wrong = places.filter((place) => !marks(place));
  for (const { name, found } of wrong) for (const one of found) console.log(`  ${name}: ${one}`);
  const kinds = `${needles.length} × ${needles[0]?.forms.length ?? 0} 形 / forms`;
  console.log(
    wrong.length
      ? `個人情報が ${wrong.length} か所で予定と違います / places differ (${kinds})`
      : `個人情報は台帳の自由記述とメール本文だけにあります / personal data lies in the words and the mails’ bodies only (${kinds})`,
  );
  return wrong.length === 0;
}

/** Every row of every table of every schema, as text. */
async function inTables(pool: pg.Pool, needles: readonly Needle[]): Promise<readonly Place[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname <> 'pg_catalog' and schemaname <> 'information_schema' order by 1",
  );
  const words: Place[] = [];
  const others: { rows: number; found: string[] } = { rows: 0, found: [] };
  for (const { name } of tables) {
    const { rows } = await pool.query<{ line: string }>(`select one::text as line from ${name} as one`);
    const hay = Buffer.from(rows.map(({ line }) => line).join('\n'));
    const found = needles.filter((one) => isIn(one, hay)).map(({ what }) => `${name}: ${what}`);
    if (name === 'public.words') words.push({ name: '台帳 words / the ledger’s words', verdict: 'must', looked: rows.length, found });
    else {
      others.rows += rows.length;
      others.found.push(...found);
    }
  }
  return [
    ...words,
    { name: `台帳の他の表 / ${tables.length - 1} other tables`, verdict: 'never', looked: others.rows, found: others.found },
  ];
}

/** The raw files: what PostgreSQL and Temporal keep, logs, and whatever else lies in the state folder. */
async function inFolders({ stateDir, sources: { pool } }: Stage, needles: readonly Needle[]): Promise<readonly Place[]> {
  const files = stateFiles(stateDir);
  const state = readJson<TownState>(files.state);
  const postgres = state?.postgresHome ?? files.postgres;
  await checkpoint(state);
  const { rows } = await pool.query<{ path: string }>(
    `select pg_relation_filepath(oid) as path from pg_class where oid = 'words'::regclass
       or oid = (select reltoastrelid from pg_class where oid = 'words'::regclass)`,
  );
  const words = rows.map(({ path }) => join(postgres, 'data', path));
  const ofWords = (file: string) => words.some((path) => file === path || file.startsWith(`${path}.`) || file.startsWith(`${path}_`));
  const inWal = (file: string) => file.includes(`${join('data', 'pg_wal')}/`);
  const search = async (name: string, verdict: Verdict, paths: readonly string[]): Promise<Place> => {
    const found: string[] = [];
    for (const path of paths) {
      const hay = await readFile(path).catch(() => Buffer.alloc(0)); // Gone by now.
      found.push(...needles.filter((one) => isIn(one, hay)).map(({ what }) => `${relative(stateDir, path)}: ${what}`));
    }
    return { name, verdict, looked: paths.length, found };
  };
  const ofPostgres = await filesIn(postgres);
  const inPostgres = (path: string) => path.startsWith(`${postgres}/`);
  const others = (await filesIn(stateDir)).filter(
    (path) => !inPostgres(path) && ![files.logs, files.temporal, files.city].some((folder) => path.startsWith(folder)),
  );
  return [
    await search('PostgreSQL: words のファイル / the files of words', 'must', ofPostgres.filter(ofWords)),
    await search('PostgreSQL: WAL', 'may', ofPostgres.filter(inWal)),
    await search(
      'PostgreSQL: 他のファイル / its other files',
      'never',
      ofPostgres.filter((file) => !ofWords(file) && !inWal(file)),
    ),
    await search('Temporal: SQLite', 'never', await filesIn(files.temporal)),
    await search('ログ / logs', 'never', await filesIn(files.logs)),
    await search('状態フォルダ / the state folder', 'never', others),
  ];
}

/** Has PostgreSQL write everything down; the ledger's own role may not. */
async function checkpoint(state: TownState | undefined): Promise<void> {
  const { superuserPassword: password, ports: { postgres: port } = {} } = state ?? {};
  if (!password || !port) throw new Error('the search needs a town with a PostgreSQL of its own');
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  await client.connect();
  await client.query('checkpoint').finally(() => client.end());
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Every workflow's history as it is exported. */
async function inHistories({ sources: { temporal } }: Stage, needles: readonly Needle[]): Promise<Place> {
  const found: string[] = [];
  let looked = 0;
  for await (const { workflowId, runId } of temporal.workflow.list()) {
    const history = Buffer.from(historyToJSON(await temporal.workflow.getHandle(workflowId, runId).fetchHistory()));
    looked += 1;
    found.push(...needles.filter((one) => isIn(one, history)).map(({ what }) => `${workflowId}: ${what}`));
  }
  return { name: '履歴 / exported histories', verdict: 'never', looked, found };
}

/** Mails as the mailbox keeps them: headers, with their encoded words decoded and without `To:`, apart from bodies. */
async function inMails({ stateDir }: Stage, needles: readonly Needle[]): Promise<readonly Place[]> {
  const mails = await filesIn(join(stateFiles(stateDir).city, 'mails'));
  const inHeaders: string[] = [];
  const inBodies: string[] = [];
  for (const path of mails) {
    const mail = await readFile(path);
    const end = mail.indexOf('\r\n\r\n');
    const headers = mail
      .subarray(0, end)
      .toString('utf8')
      .replaceAll(/\r\n(?=[ \t])/g, '');
    const others = headers
      .split('\r\n')
      .filter((line) => !/^(delivered-)?to:/i.test(line))
      .join('\n');
    const hay = Buffer.from(`${others}\n${decoded(others)}`);
    inHeaders.push(...needles.filter((one) => isIn(one, hay)).map(({ what }) => what));
    const body = Buffer.from(decodedBody(mail.subarray(end)));
    inBodies.push(...needles.filter((one) => isIn(one, body)).map(({ what }) => what));
  }
  return [
    { name: 'メールの見出し / mail headers', verdict: 'never', looked: mails.length, found: [...new Set(inHeaders)] },
    { name: 'メールの本文 / mail bodies', verdict: 'must', looked: mails.length, found: [...new Set(inBodies)] },
  ];
}

/** Encoded words (RFC 2047) as text; those that follow each other are one. */
const decoded = (headers: string): string =>
  headers
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, base64: string) => Buffer.from(base64, 'base64').toString())
    .replaceAll(/=\?utf-8\?q\?([^?]*)\?=/gi, (_, quoted: string) => unquoted(quoted.replaceAll('_', ' ')));

const unquoted = (text: string): string =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();

/** Lines of base64 and quoted-printable put together again. */
const decodedBody = (body: Buffer): string => {
  const text = body.toString('latin1');
  const base64 = [...text.matchAll(/(?:[A-Za-z0-9+/]{40,}\r\n)+[A-Za-z0-9+/=]*/g)].map(([block]) =>
    Buffer.from(block, 'base64').toString(),
  );
  return [unquoted(text.replaceAll('=\r\n', '')), ...base64].join('\n');
};
