import { inBoth, sentences, table, timelineLine } from '../cli/print.js';
import { mailText } from '../config/texts.js';
import type { ReceivedMail } from '../embedded/mailbox.js';
import { type Cast, castOfAccounts, type Role } from './cast.js';
import { readyDevices } from './devices.js';
import { isAct, type LoanName, loanScript, type Scene } from './loan.js';
import { outcomeOf } from './outcome.js';
import { Player } from './player.js';
import type { Stage } from './stage.js';

/** In which order the loans are shown, and whose each is. */
const loans: Readonly<Record<LoanName, string>> = {
  first: 'はじめの借用者 / the first borrower',
  next: '順番待ちの借用者 / the next in the queue',
  later: '後日の借用者 / a borrower of other days',
  lost: '紛失した借用者 / a borrower who loses it',
};

/** Who somebody is in the story. */
const roles: Readonly<Record<Role, string>> = {
  ...loans,
  head: '所属長 / the head',
  otherHead: '他課の所属長 / another head',
  it: '情報担当課 / IT',
  secondIt: '情報担当課 / IT',
};

/** What must come of it, whatever else does. */
const ends: Readonly<Record<LoanName, string>> = { first: 'released', next: 'released', later: 'withdrawn', lost: 'writtenOff' };

/** Plays the whole loan, checks each step, and shows what people see of it: timelines, mails, refusals. @throws Differs */
export async function playLoan(stage: Stage): Promise<boolean> {
  const cast = await castHere(stage);
  const { tags, putBack } = await readyDevices(stage, [cast]);
  const began = performance.now();
  const player = new Player(cast, stage.place);
  const refusals: string[][] = [];
  const script = loanScript(stage.today);
  for (const scene of script) {
    const refused = await playScene(player, scene);
    if (refused) refusals.push([`${refusals.length + 1}`, ...refused]);
  }
  const acts = script.filter(isAct);
  const outcome = await outcomeOf({ cast, devices: tags[0] ?? [], loans: player.loans }, stage.sources);
  const tookMs = performance.now() - began;

  for (const [name, title] of Object.entries(loans) as [LoanName, string][]) {
    const { receiptNumber, status } = await player.see(name);
    console.log(`\n■ ${receiptNumber}　${title}　→ ${inBoth('status', `device-loan.${status}`)}`);
    console.log(table((await player.timeline(name)).map(timelineLine)));
  }
  const mails = await mailsOf(stage, player);
  console.log(`\n■ 送信されたメール / mails that went out`);
  console.log(table(mails.map(({ to, subject }) => [roleOf(stage, cast, to), subject])));
  console.log(`\n■ 断られた手続 / refused, and why`);
  for (const [nth, what, why] of refusals) console.log(`${nth?.padStart(2)}. ${what}\n    ${why?.replaceAll('\n', '\n    ')}`);

  const problems = [...outcome.apart, ...wrongEnds(outcome.loans), ...missingMails(mails, player)];
  for (const problem of problems) console.log(`違います / differs: ${problem}`);
  await putBack();
  console.log(
    `\n${acts.length} 手続 / steps taken, ${refusals.length} 断られた / refused, ${mails.length} メール / mails, ` +
      `${(tookMs / 1000).toFixed(1)} s: ${problems.length ? '違います / differs' : 'すべて予定どおり / all as it should be'}`,
  );
  return problems.length === 0;
}

/** @returns what was tried and why it was refused; nothing for what was not */
async function playScene(player: Player, scene: Scene): Promise<readonly string[] | undefined> {
  if (isAct(scene)) return void (await player.act(scene));
  if ('password' in scene) return [scene.why, sentences(await player.atTheDoor(scene))];
  return [scene.why, sentences(await player.attempt(scene))];
}

const wrongEnds = (found: Readonly<Record<string, object>>): readonly string[] =>
  Object.entries(ends).flatMap(([name, status]) => {
    const loan = found[name] as { status: string } | undefined;
    return loan?.status === status ? [] : [`${name} ends as ${loan?.status}, not as ${status}`];
  });

/** Whoever waited must be told, by a mail that bears the number of their own loan. */
function missingMails(mails: readonly ReceivedMail[], player: Player): readonly string[] {
  const { receiptNumber } = player.loans.get('next') ?? {};
  const { subject } = mailText('ja', 'loanReserved', { receiptNumber });
  return mails.some((mail) => mail.subject === subject) ? [] : [`the next in the queue has had no mail「${subject}」`];
}

/** The people whose accounts are printed at the town's start, in the department of the first borrower. */
async function castHere({ place, sample }: Stage): Promise<Cast> {
  const client = await place.clientOf(sample.accounts.borrower);
  const { departments } = await client.ask<{ departments: readonly [string] }>('/me');
  return castOfAccounts(sample.accounts, departments[0]);
}

/** The mails of these loans as they lie in the mailbox, oldest first. */
async function mailsOf({ sources }: Stage, player: Player): Promise<readonly ReceivedMail[]> {
  const numbers = [...player.loans.values()].map(({ receiptNumber }) => receiptNumber);
  const answer = await fetch(`${sources.mailbox}/mails.json`);
  const { mails } = (await answer.json()) as { mails: readonly ReceivedMail[] };
  return mails.filter(({ subject }) => numbers.some((number) => subject.includes(number))).reverse();
}

function roleOf({ sources }: Stage, { people }: Cast, to: readonly string[]): string {
  const role = (Object.keys(people) as Role[]).find((one) => to.includes(sources.mailAddressOf(people[one])));
  return roles[role ?? 'it']; // All of IT get the mails to IT, those without a part too.
}
