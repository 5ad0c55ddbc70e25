import type { ShownCase } from '../api/views.js';
import { getLoan } from '../workflows/device-loan/contract.js';
import { nudge } from '../workflows/shared/case.js';
import { caseWorkflowId } from '../workflows/shared/procedures.js';
import type { Cast } from './cast.js';
import { type Act, type FreeTexts, isAct, type LoanName, loanScript, type Rival } from './loan.js';
import { type Outcome, outcomeOf, type Played } from './outcome.js';
import { Player } from './player.js';
import type { Stage } from './stage.js';

/** The script's acts played by one cast, with a stop wherever something is to happen in between. */
export class Performance {
  readonly acts: readonly Act[];
  readonly cast: Cast;
  readonly #player: Player;
  readonly #stage: Stage;
  readonly #played: Played;
  readonly #done = new Set<Act>();
  /** What was filled in to be handed in. */
  readonly #filledIn = new Map<Act, object>();

  constructor(stage: Stage, { cast, devices, texts }: { cast: Cast; devices: readonly string[]; texts?: FreeTexts }) {
    this.#stage = stage;
    this.cast = cast;
    this.#player = new Player(cast, stage.place);
    this.#played = { cast, devices, loans: this.#player.loans };
    this.acts = loanScript(stage.today, texts).filter(isAct);
  }

  act(number: number): Act {
    const act = this.acts[number];
    if (!act) throw new RangeError(`the script has no act ${number}`);
    return act;
  }

  /** Plays what is not played yet of the acts before this one. */
  async playUntil(number: number): Promise<void> {
    for (const act of this.acts.slice(0, number)) if (!this.#done.has(act)) await this.#play(act);
  }

  playToTheEnd(): Promise<void> {
    return this.playUntil(this.acts.length);
  }

  /** Has the worker that runs now take up the loans: what the one before it had in its hands is waited for, for five seconds each. */
  async wake(): Promise<void> {
    const { temporal } = this.#stage.sources;
    const handles = [...this.#player.loans.values()].map(({ id }) =>
      temporal.workflow.getHandle(caseWorkflowId({ procedure: 'device-loan', caseId: id })),
    );
    await Promise.all(
      handles.map(async (handle) => {
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') return;
        await handle.signal(nudge);
        await handle.query(getLoan);
      }),
    );
  }

  /** Waits until the act's step is due and fills its form in. */
  async fillIn(act: Act): Promise<void> {
    this.#filledIn.set(act, await this.#player.ready(act));
  }

  /** Hands the act's step in; resolves with whatever comes of it, a dead line too. */
  pressOnce(act: Act): Promise<void> {
    return this.#player.pressOnce(act, this.#filledIn.get(act) ?? {});
  }

  /** Asks again for the answer that was lost, and is told that the step was taken. */
  async repeat(act: Act): Promise<void> {
    await this.#player.press(act, this.#filledIn.get(act) ?? {});
    this.#done.add(act);
  }

  /** Plays what comes next in the loan of the act, if the ledger shows it as due by now. */
  async playDueAfter(act: Act, { except }: { except: readonly Act[] }): Promise<void> {
    const next = this.acts.find((one) => one.loan === act.loan && one !== act && !this.#done.has(one));
    if (!next || except.includes(next)) return;
    await this.#know(act.loan);
    const { due } = await this.#player.see(next.loan, next.who);
    if (!due.some((one) => one.step === next.step && 'mine' in one)) return;
    await this.#player.insist(next);
    this.#done.add(next);
  }

  /** Another person takes a step that the script does not have. */
  async rival(rival: Rival, loan: LoanName): Promise<void> {
    await this.#know(loan);
    await this.#player.insist({ ...rival, loan });
  }

  outcome(): Promise<Outcome> {
    return outcomeOf(this.#played, this.#stage.sources);
  }

  async #play(act: Act): Promise<void> {
    await this.#player.act(act);
    this.#done.add(act);
  }

  /** A loan whose borrower has had no answer yet stands in the head's list. */
  async #know(loan: LoanName): Promise<void> {
    const { loans } = this.#player;
    if (loans.has(loan)) return;
    const known = new Set([...loans.values()].map(({ id }) => id));
    const found = await this.#player.list<ShownCase>('head', `/device-loans?department=${this.cast.department}`);
    const fresh = found.find(({ id }) => !known.has(id));
    if (!fresh) throw new Error(`the head does not find the loan ${loan}`);
    loans.set(loan, { id: fresh.id, receiptNumber: fresh.receiptNumber });
  }
}
