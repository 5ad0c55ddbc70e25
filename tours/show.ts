import type { DayFigures } from '../activities/ledger/port.js';
import type { CascadeLine } from '../api/routes/registrations.js';
import { inBoth, sentences, table, timelineLine } from '../cli/print.js';
import { isMailTemplate, mailText, say } from '../config/texts.js';
import type { ReceivedMail } from '../embedded/mailbox.js';
import { type Cast, castOfAccounts, type Role } from './cast.js';
import { dayScript } from './day.js';
import { readyDevices } from './devices.js';
import { loanScript } from './loan.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { Differs, Player, patiently } from './player.js';
import { registrationScript } from './registration.js';
import { type Act, type CaseName, cases, isAct, type Scene, type Told } from './script.js';
import type { Stage } from './stage.js';

/** Who somebody is in the story. */
const roles: Readonly<Record<Role, string>> = {
  first: 'はじめの借用者 / the first borrower',
  next: '順番待ちの借用者 / the next in the queue',
  later: '後日の借用者 / a borrower of other days',
  lost: '紛失した借用者 / a borrower who loses it',
  head: '所属長 / the head',
  deputy: '課長補佐 / the deputy',
  otherHead: '他課の所属長 / another head',
  it: '情報担当課 / IT',
  secondIt: '情報担当課 / IT',
  hr: '人事担当課 / HR',
  appointee: '会計年度任用職員 / a fiscal-year appointee',
};

/** What is played, and what must come of it, whatever else does. */
interface Tour {
  script(today: string): readonly Scene[];
  /** The cases in the order in which they are shown, what each is, and how it ends. */
  shows: readonly { on: CaseName; title: string; ends: string }[];
  /** Mails that must have gone out once: about which case, which, to whom. */
  mails: readonly string[];
  /** Looks at more after a step. @throws Differs */
  after?(player: Player, act: Act): Promise<void>;
  /** Shows more at the end. @returns what is not as it should be */
  more?(player: Player, outcome: Outcome): Promise<readonly string[]>;
}

/** Plays the whole loan, checks each step, and shows what people see of it: timelines, mails, refusals. @throws Differs */
export const playLoan = (stage: Stage): Promise<boolean> =>
  play(stage, {
    script: loanScript,
    shows: [
      { on: 'first', title: roles.first, ends: 'released' },
      { on: 'next', title: roles.next, ends: 'released' },
      { on: 'later', title: roles.later, ends: 'withdrawn' },
      { on: 'lost', title: roles.lost, ends: 'writtenOff' },
    ],
    mails: ['next loanReserved to staff:next'],
  });

/** Plays a registration from its form to a revocation that leaves nothing behind, and shows how what hung on it comes to its end, line by line. @throws Differs */
export async function playRegistration(stage: Stage): Promise<boolean> {
  const seen: { after: string; lines: readonly CascadeLine[] }[] = [];
  const look = async (player: Player, after: string): Promise<readonly CascadeLine[]> => {
    const lines = await player.cascade('registration', 'hr');
    seen.push({ after, lines });
    return lines;
  };
  return play(stage, {
    script: registrationScript,
    shows: [
      { on: 'registration', title: '在宅勤務の登録 / the registration', ends: 'revoked' },
      { on: 'first', title: '貸出中の端末機 / the device that is out', ends: 'released' },
      { on: 'asked', title: '申請中の借用 / the loan that is asked for', ends: 'cancelled' },
    ],
    mails: [
      'registration registrationSentBack to staff:first',
      'registration registrationApproved to staff:first',
      'registration registrationCopy to hr',
      'registration registrationRevoked to staff:first',
      'registration registrationRevoked to hr',
      'registration registrationRevoked to it',
    ],
    async after(player, { step }) {
      if (seen.length === 0 && step !== 'revoke') return;
      const lines = await look(player, inBoth('step', `${seen.length ? 'device-loan' : 'registration'}.${step}`));
      const out = lines.some(({ what, how }) => what === 'loan' && how === 'waiting');
      const { closed } = await player.see('registration');
      if (closed === out) throw new Differs(`a device is ${out ? '' : 'not '}out, and the registration is ${closed ? '' : 'not '}closed`);
    },
    async more(player, { access }) {
      await patiently('every line of the cascade is done', async () =>
        (await look(player, '最後に / at last')).every(({ how }) => how === 'done'),
      );
      console.log('\n■ 承認取消しで終わるもの / what the revocation ends');
      const pages = seen.map(({ after, lines }) => ({ after, page: table(lines.map(cascadeLine)) }));
      for (const { after, page } of pages.filter(({ page }, nth) => page !== pages[nth - 1]?.page)) console.log(`${after} →\n${page}`);
      const changes = access.join(', ');
      console.log(`\n■ ディレクトリの変更 / changes at the directory\n${changes}`);
      return changes === 'registration granted, registration removed' ? [] : [`the group was changed otherwise: ${changes}`];
    },
  });
}

/** Plays a week of telework days, and shows what the evening round asked for, and what the days amount to. @throws Differs */
export const playDay = (stage: Stage): Promise<boolean> =>
  play(stage, {
    script: dayScript,
    shows: [
      { on: 'monday', title: '月曜日 / Monday', ends: 'closed' },
      { on: 'tuesday', title: '火曜日 / Tuesday', ends: 'reported' },
      { on: 'wednesday', title: '水曜日 / Wednesday', ends: 'approved' },
      { on: 'thursday', title: '木曜日 / Thursday', ends: 'withdrawn' },
      { on: 'friday', title: '金曜日 / Friday', ends: 'approved' },
    ],
    mails: (['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const).map((day) => `${day} dayApproved to staff:first`),
    async more(player) {
      const hr = await player.client('hr');
      const { total, byMonth, byForm } = await hr.ask<DayFigures>('/figures/telework-days');
      const line = (what: string, { uses, persons }: DayFigures['total']) => [
        `  ${what}`,
        `延べ ${uses} 回 / uses`,
        `${persons} 人 / persons`,
      ];
      console.log('\n■ 実施状況 / what the days amount to');
      console.log(
        table([
          ...byMonth.map(({ month, ...figure }) => line(month, figure)),
          ...byForm.map(({ form, ...figure }) => line(inBoth('teleworkForm', form), figure)),
          line('計 / total', total),
        ]),
      );
      return total.uses === 2 && total.persons === 1 ? [] : [`two days of one person amount to ${total.uses} of ${total.persons}`];
    },
  });

const stands = { done: '済　 / done', waiting: '待ち / waiting', stuck: '停滞 / stuck' } as const;

function cascadeLine({ what, how, reason, receiptNumber, to, template = '' }: CascadeLine): readonly string[] {
  const mark = `  ${stands[how]}`;
  switch (what) {
    case 'access':
      return [mark, '遠隔接続のグループ / the group of remote access', reason ?? ''];
    case 'loan':
      return [mark, receiptNumber ?? '', reason ? inBoth('status', `device-loan.${reason}`) : ''];
    case 'day':
      return [mark, receiptNumber ?? '', reason ? inBoth('status', `telework-day.${reason}`) : ''];
    case 'mail':
      return [
        mark,
        `${inBoth('capacity', (to ?? '').replace(/:.*/, ''))}`,
        isMailTemplate(template) ? mailText('ja', template, {}).subject : '',
      ];
  }
}

async function play(stage: Stage, { script, shows, mails: expected, after, more }: Tour): Promise<boolean> {
  const cast = await castHere(stage);
  const { tags, putBack } = await readyDevices(stage, [cast]);
  const began = performance.now();
  const player = new Player(cast, stage.place);
  const refusals: string[][] = [];
  const scenes = script(stage.today);
  for (const scene of scenes) {
    const refused = await playScene(stage, player, scene);
    if (refused) refusals.push([`${refusals.length + 1}`, ...refused]);
    if (isAct(scene)) await after?.(player, scene);
  }
  const outcome = await outcomeOf({ cast, devices: tags[0] ?? [], cases: player.cases }, stage.sources);
  const tookMs = performance.now() - began;

  for (const { on, title } of shows) {
    const { procedure } = cases[on];
    const { receiptNumber, status } = await player.see(on);
    console.log(`\n■ ${receiptNumber}　${title}　→ ${inBoth('status', `${procedure}.${status}`)}`);
    console.log(table((await player.timeline(on)).map(timelineLine(procedure))));
  }
  const others = (await more?.(player, outcome)) ?? [];
  const mails = await mailsOf(stage, player);
  console.log(`\n■ 送信されたメール / mails that went out`);
  console.log(table(mails.map(({ to, subject }) => [roleOf(stage, cast, to), subject])));
  console.log(`\n■ 断られた手続 / refused, and why`);
  for (const [nth, what, why] of refusals) console.log(`${nth?.padStart(2)}. ${what}\n    ${why?.replaceAll('\n', '\n    ')}`);

  const problems = [...outcome.apart, ...wrongEnds(outcome, shows), ...missingMails(outcome, expected), ...others];
  for (const problem of problems) console.log(`違います / differs: ${problem}`);
  await putBack();
  console.log(
    `\n${scenes.filter(isAct).length} 手続 / steps taken, ${refusals.length} 断られた / refused, ${mails.length} メール / mails, ` +
      `${(tookMs / 1000).toFixed(1)} s: ${problems.length ? '違います / differs' : 'すべて予定どおり / all as it should be'}`,
  );
  return problems.length === 0;
}

/** @returns what was tried and why it was refused; nothing for what was not */
async function playScene(stage: Stage, player: Player, scene: Scene): Promise<readonly string[] | undefined> {
  if (isAct(scene)) return void (await player.act(scene));
  if ('absent' in scene) return void (await player.absent(scene));
  if ('until' in scene) return stage.passUntil(scene.until).then(() => undefined);
  if ('told' in scene) return void console.log(`\n■ 督促 / what the round asks for\n${await digestOf(stage, player, scene)}`);
  if ('lookedAtBy' in scene) return void (await player.lookAt(scene));
  if ('password' in scene) return [scene.why, sentences(await player.atTheDoor(scene))];
  return [scene.why, sentences(await player.attempt(scene), cases[scene.on].procedure)];
}

const wrongEnds = ({ cases: found }: Outcome, shows: Tour['shows']): readonly string[] =>
  shows.flatMap(({ on, ends }) => {
    const { status } = (found[on] ?? {}) as { status?: string };
    return status === ends ? [] : [`${on} ends as ${status}, not as ${ends}`];
  });

/** Whoever waits must be told, once, and every mail must have come. */
function missingMails({ mails, delivery: { sent, arrived } }: Outcome, expected: readonly string[]): readonly string[] {
  const wrong = expected.filter((one) => mails.filter((mail) => mail === one).length !== 1).map((one) => `not told once: ${one}`);
  return sent === arrived ? wrong : [...wrong, `${sent} mails were sent, and ${arrived} have come`];
}

/** The people whose accounts are printed at the town's start, in the department of the first borrower. */
async function castHere({ place, sample }: Stage): Promise<Cast> {
  const client = await place.clientOf(sample.accounts.borrower);
  const { departments } = await client.ask<{ departments: readonly [string] }>('/me');
  return castOfAccounts(sample.accounts, departments[0]);
}

/** The digest that names the steps, as it has come. @throws Differs */
async function digestOf({ sources }: Stage, player: Player, { told, on, steps }: Told): Promise<string> {
  const address = sources.mailAddressOf(player.cast.people[told]);
  const { receiptNumber } = await player.see(on);
  const words = [receiptNumber, ...steps.map((step) => say('ja', 'step', `${cases[on].procedure}.${step}`))];
  let digest: ReceivedMail | undefined;
  await patiently(`${told} is told of ${steps.join(' and ')}`, async () => {
    digest = (await mailsIn(sources.mailbox)).find(({ to, text }) => to.includes(address) && words.every((word) => text.includes(word)));
    return digest !== undefined;
  });
  return `${digest?.subject}\n\n${digest?.text}`;
}

/** Newest first. */
async function mailsIn(mailbox: string): Promise<readonly ReceivedMail[]> {
  const answer = await fetch(`${mailbox}/mails.json`);
  return ((await answer.json()) as { mails: readonly ReceivedMail[] }).mails;
}

/** The mails of these cases as they lie in the mailbox, oldest first. */
async function mailsOf({ sources }: Stage, player: Player): Promise<readonly ReceivedMail[]> {
  const numbers = [...player.cases.values()].map(({ receiptNumber }) => receiptNumber);
  const mails = await mailsIn(sources.mailbox);
  return mails.filter(({ subject }) => numbers.some((number) => subject.includes(number))).reverse();
}

/** All of IT and of HR get the mails to them, those without a part too. */
function roleOf({ sources, sample }: Stage, { people }: Cast, to: readonly string[]): string {
  const role = (Object.keys(people) as Role[]).find((one) => to.includes(sources.mailAddressOf(people[one])));
  if (role) return roles[role];
  const inHr = sample.entries.find(({ dn }) => dn.startsWith('cn=telework-hr,'))?.attributes.member ?? [];
  const numbers = inHr.flatMap((dn) => /^uid=(\d+),/.exec(dn)?.[1] ?? []);
  return roles[numbers.some((number) => to.includes(sources.mailAddressOf(number))) ? 'hr' : 'it'];
}
