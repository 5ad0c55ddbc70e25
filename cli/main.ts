import { randomUUID } from 'node:crypto';
import { Argument, Command } from 'commander';
import type { Device, DeviceLine, Task } from '../activities/ledger/port.js';
import type { Person, ShownCase, ShownEvent } from '../api/views.js';
import { SettingsError } from '../config/settings.js';
import { dateInWords, say } from '../config/texts.js';
import { ApiAway, ApiClient, ApiProblem, untilAnswered } from './client.js';
import { askPassword, clientOf, logIn, logOut, NotLoggedIn } from './login.js';
import { ClockIsFixed, forward, NoOpenCase, reopen, spanMs, townTime, verify, withParts } from './operator.js';
import { findPlace } from './place.js';
import { inBoth, sentences, table, timelineLine, tokyoTime } from './print.js';
import { formCommands } from './steps.js';
import { transferCommands } from './transfers.js';

interface Listed<Item> {
  items: readonly Item[];
  cursor?: string;
}
type ShownLoan = Pick<ShownCase, 'id' | 'receiptNumber' | 'status' | 'department' | 'staff' | 'changedAt'>;
type ShownDevice = Device & { custody?: Holder; reservations?: readonly (Holder & { from: string; until: string })[] };
type Holder = Omit<NonNullable<DeviceLine['custody']>, 'staff'> & { staff: Person };

const place = findPlace();
const say1 = (line: string): void => console.log(line);
const status = (code: string) => say('ja', 'status', `device-loan.${code}`);
const personIn = ({ name = '', staffNumber }: Person) => `${name} ${staffNumber}`.trim();

const program = new Command('npm run telework --')
  .description('テレワーク事務の操作 / the administrator’s command line')
  .showHelpAfterError()
  .configureHelp({ sortSubcommands: false });

program
  .command('login')
  .argument('<staffNumber>', '職員番号 / staff number')
  .description('ログイン。パスワードは尋ねるか、標準入力から読む / log in; the password is asked for, or read from standard input')
  .action(async (staffNumber: string) => {
    await logIn(place, staffNumber, await askPassword());
    say1(`${staffNumber}：ログインしました / logged in`);
  });

program
  .command('logout')
  .description('ログアウト / log out')
  .action(async () => {
    await logOut(place);
    say1('ログアウトしました / logged out');
  });

program
  .command('ready')
  .description('各部の状態 / whether everything can be reached')
  .action(async () => {
    const { ready, parts } = await new ApiClient(place.api).readiness();
    say1(table(Object.entries(parts).map(([part, state]) => [part, state])));
    if (!ready) process.exitCode = 1;
  });

program
  .command('tasks')
  .description('わたしを待っている手続 / what waits for me, longest first')
  .action(async () => {
    const { items } = await clientOf(place).ask<Listed<Omit<Task, 'caseId'>>>('/me/tasks?limit=200');
    const rows = items.map(({ receiptNumber, status: at, step, who, since, until }) => [
      receiptNumber,
      status(at),
      inBoth('step', `device-loan.${step}`),
      step,
      say('ja', 'capacity', who.replace(/:.*/, '')),
      `${tokyoTime(since)}～`,
      until ? dateInWords(until, 'ja') : '',
    ]);
    say1(rows.length ? table(rows) : '手続はありません / nothing waits for you');
  });

const loans = program.command('loans').description('端末機等の借用 / device loans');
loans
  .command('list')
  .option('--status <status>', '状況')
  .option('--department <department>', '所属')
  .description('一覧（新しい順） / the loans that I may see, newest first')
  .action(async (filter: Readonly<Record<string, string>>) => {
    const { items } = await clientOf(place).ask<Listed<ShownLoan>>(`/device-loans?${new URLSearchParams({ ...filter, limit: '200' })}`);
    say1(
      table(
        items.map((loan) => [loan.receiptNumber, status(loan.status), loan.department, personIn(loan.staff), tokyoTime(loan.changedAt)]),
      ),
    );
  });
loans
  .command('show')
  .addArgument(new Argument('<loan>', '受付番号か id / receipt number or id'))
  .description('一件と、次にすること / one loan, and what is due')
  .action(async (loan: string) => {
    const client = clientOf(place);
    showLoan(await client.ask<ShownCase>(`/device-loans/${await loanId(client, loan)}`));
  });
loans
  .command('timeline')
  .addArgument(new Argument('<loan>', '受付番号か id / receipt number or id'))
  .description('経過：いつ、誰が、何を / who did what, and when')
  .action(async (loan: string) => {
    const client = clientOf(place);
    const { items } = await client.ask<Listed<ShownEvent>>(`/device-loans/${await loanId(client, loan)}/events`);
    say1(table(items.map(timelineLine('device-loan'))));
  });
formCommands(loans, async (step, loan, form) => {
  const client = clientOf(place);
  const path = loan === undefined ? '/device-loans' : `/device-loans/${await loanId(client, loan)}/steps/${step}`;
  const key = randomUUID(); // Pressed again under the same key until there is an answer: it acts once.
  const { status: code, body } = await untilAnswered(() => client.send(path, { method: 'POST', body: form, key }));
  if (code >= 400) throw new ApiProblem(body as ConstructorParameters<typeof ApiProblem>[0]);
  showLoan(body as ShownCase);
});

const devices = program.command('devices').description('端末機等 / devices');
devices
  .command('list')
  .option('--pool <pool>', 'common か所属 / common, or a department')
  .option('--kind <kind>', '種類')
  .option('--status <status>', '状態')
  .description('端末機の一覧 / the device master')
  .action(async (filter: Readonly<Record<string, string>>) => {
    const { items } = await clientOf(place).ask<Listed<ShownDevice>>(`/devices?${new URLSearchParams({ ...filter, limit: '200' })}`);
    say1(deviceTable(items));
  });
devices
  .command('show')
  .argument('<assetTag>', 'PC管理番号')
  .description('一台 / one device: who has it, to whom it is promised')
  .action(async (assetTag: string) => {
    say1(deviceTable([await clientOf(place).ask<ShownDevice>(`/devices/${encodeURIComponent(assetTag)}`)]));
  });
for (const [act, words] of Object.entries({
  repair: '修理に出す / to repair',
  repaired: '修理から戻る / back from repair',
  retire: '廃棄 / retire',
  returnLease: 'リース返却 / lease return',
  miss: '所在不明 / missing',
  find: '発見 / found again',
  move: '別の保管先へ / to another pool',
})) {
  const command = devices.command(act).argument('<assetTag>', 'PC管理番号').description(words);
  if (act === 'move') command.requiredOption('--pool <pool>', 'common か所属 / common, or a department');
  command.action(async (assetTag: string, form: object) => {
    const [client, path] = [clientOf(place), `/devices/${encodeURIComponent(assetTag)}`];
    const { version } = await client.ask<Device>(path);
    say1(deviceTable([await client.ask<ShownDevice>(`${path}/steps/${act}`, { method: 'POST', body: form, version: `"${version}"` })]));
  });
}

program
  .command('register')
  .argument('<department>', '所属 / department')
  .description('端末機等管理簿 / the device register of a department')
  .action(async (department: string) => {
    const path = `/departments/${encodeURIComponent(department)}/device-register`;
    say1(deviceTable((await clientOf(place).ask<Listed<ShownDevice>>(path)).items));
  });

transferCommands(program, () => clientOf(place));

program
  .command('mails')
  .description('送信するメールとその結果（管理者） / outgoing mail and what became of it (administrators)')
  .action(async () => {
    const { items } = await clientOf(place).ask<Listed<OutgoingLine>>('/mails?limit=200');
    const fates = (copies: OutgoingLine['copies']) => copies.map(({ how, detail }) => (detail ? `${how} ${detail}` : how)).join(', ');
    const rows = items.map(({ queuedAt, receiptNumber = '', template, to, state, copies }) => [
      tokyoTime(queuedAt),
      receiptNumber,
      template,
      to,
      state,
      fates(copies),
    ]);
    say1(table(rows));
    if (place.mailbox) say1(`受信箱 / mailbox: ${place.mailbox}`);
  });

interface OutgoingLine {
  queuedAt: string;
  receiptNumber?: string;
  template: string;
  to: string;
  state: string;
  copies: readonly { how: string; detail?: string }[];
}

program
  .command('audit')
  .description('台帳の検証 / the proof of the ledger')
  .command('verify')
  .description('改変・削除・並べ替え・切捨てを探す / finds any row that was changed, removed, added or cut off')
  .action(async () => {
    const found = await withParts(place, async (parts) => {
      let count = 0;
      for await (const { table: name, problem, caseId = '', seq, what = '' } of verify(parts)) {
        count += 1;
        say1([name, problem, caseId, seq === undefined ? '' : `#${seq}`, what].filter(Boolean).join(' '));
      }
      return count;
    });
    say1(found ? `台帳が改変されています / the ledger was tampered with: ${found}` : '台帳は健全です / the ledger is sound');
    if (found) process.exitCode = 1;
  });

program
  .command('cases')
  .description('案件 / cases')
  .command('reopen')
  .argument('[receiptNumber]', '受付番号 / receipt number')
  .option('--all', 'すべての開いている案件 / every open case')
  .description('台帳から Temporal に案件を開き直す / opens cases at Temporal from what the ledger holds')
  .action(async (receiptNumber: string | undefined, { all }: { all?: true }, command: Command) => {
    if (!receiptNumber === !all) command.error('受付番号か --all / a receipt number, or --all');
    const { opened, running, failed } = await withParts(place, (parts) => reopen(parts, receiptNumber));
    say1(`開き直した案件 / opened: ${opened}`);
    say1(`すでに動いている案件 / already running: ${running}`);
    for (const { receiptNumber: number, reason } of failed) say1(`開けなかった案件 / not opened: ${number} ${reason}`);
    if (failed.length) process.exitCode = 1;
  });

const clock = program.command('clock').description('町の時計 / the town’s clock');
const showClock = async (now: string) => say1(`町の時刻 / the town’s time: ${dateInWords(now, 'ja')} ${tokyoTime(now)}`);
clock
  .command('show')
  .description('町の時刻 / what time it is in the town')
  .action(async () => showClock(await withParts(place, townTime)));
clock
  .command('forward')
  .argument('<span>', '30m, 12h, 1d, 2w')
  .description('時計を進め、その間の朝夕の処理を行う / moves the clock on, and makes the rounds that it passes')
  .action(async (span: string, _options: object, command: Command) => {
    const ms = spanMs(span);
    if (!ms) return command.error('30m, 12h, 1d, 2w');
    const now = await withParts(place, async (parts) => {
      await forward(parts, ms, (date, round) =>
        say1(`${dateInWords(date, 'ja')}：${round === 'morning' ? '朝' : '夕方'}の処理 / ${round} round`),
      );
      return townTime(parts);
    });
    await showClock(now);
  });

try {
  await program.parseAsync();
} catch (failure) {
  console.error(explained(failure));
  process.exitCode = 1;
}

/** What went wrong in words, for what is foreseen; all else is a defect and shows itself whole. */
function explained(failure: unknown): unknown {
  if (failure instanceof ApiProblem) return sentences(failure.problem);
  if (failure instanceof ApiAway) return `API に接続できません / no answer from ${failure.url}`;
  const foreseen = [NotLoggedIn, SettingsError, ClockIsFixed, NoOpenCase].some((kind) => failure instanceof kind);
  const noFile = failure instanceof Error && 'code' in failure && failure.code === 'ENOENT';
  return foreseen || noFile ? (failure as Error).message : failure;
}

/** The loan's id; a receipt number is looked for among the loans that the caller may see. */
async function loanId(client: ApiClient, loan: string): Promise<string> {
  if (/^[\w-]{22}$/.test(loan)) return loan;
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: Listed<ShownLoan> = await client.ask(`/device-loans?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    const found = page.items.find(({ receiptNumber }) => receiptNumber === loan);
    if (found) return found.id;
    cursor = page.cursor;
  }
  throw new ApiProblem({ type: '/problems/notFound', title: say('ja', 'problem', 'notFound'), status: 404 });
}

function showLoan({
  receiptNumber,
  status: at,
  id,
  staff,
  due = [],
}: Partial<ShownCase> & Pick<ShownCase, 'id' | 'receiptNumber' | 'status'>): void {
  say1(`${receiptNumber}　${inBoth('status', `device-loan.${at}`)}　${staff ? personIn(staff) : ''}　${id}`);
  const rows = due.flatMap((one) => {
    if (!('who' in one)) return [];
    const who = say('ja', 'capacity', one.who.replace(/:.*/, ''));
    return [
      [
        'mine' in one ? '→' : ' ',
        inBoth('step', `device-loan.${one.step}`),
        one.step,
        who,
        one.until ? `${dateInWords(one.until, 'ja')}まで` : '',
      ],
    ];
  });
  if (rows.length) say1(table(rows));
}

function deviceTable(lines: readonly ShownDevice[]): string {
  return table(
    lines.map(({ assetTag, kind, pool, model, status: at, custody, reservations = [] }) => [
      assetTag,
      say('ja', 'deviceKind', kind),
      pool,
      model,
      at,
      custody ? `${custody.receiptNumber} ${personIn(custody.staff)}` : '',
      reservations.map(({ receiptNumber, from, until }) => `${receiptNumber} ${from}～${until}`).join('、'),
    ]),
  );
}
