import type { ShownCase } from '../api/views.js';
import { nudge } from '../workflows/shared/case.js';
import { caseWorkflowId, hasWorkflow } from '../workflows/shared/procedures.js';
import type { Cast } from './cast.js';
import { type Outcome, outcomeOf, type Played, queries } from './outcome.js';
import { Player } from './player.js';
import { type Act, type CaseName, cases, isAct, procedures, type Rival, type Scene } from './script.js';
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

  constructor(stage: Stage, { cast, devices, script }: { cast: Cast; devices: readonly string[]; script: readonly Scene[] }) {
    this.#stage = stage;
    this.cast = cast;
    this.#player = new Player(cast, stage.place);
    this.#played = { cast, devices, cases: this.#player.cases };
    this.acts = script.filter(isAct);
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

  /** Has the worker that runs now take up the cases: what the one before it had in its hands is waited for, for five seconds each. */
  async wake(): Promise<void> {
    const { temporal } = this.#stage.sources;
    await Promise.all(
      [...this.#player.cases].map(async ([name, { id: caseId }]) => {
        const place = { procedure: cases[name].procedure, caseId };
        if (!hasWorkflow(place)) return;
        const handle = temporal.workflow.getHandle(caseWorkflowId(place));
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') return;
        await handle.signal(nudge);
        await handle.query<object, []>(queries[place.procedure]);
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

  /** Plays what comes next in the case of the act, if the ledger shows it as due by now; not before its time where one case leads to something in the other. */
  async playDueAfter(act: Act, { except }: { except: readonly Act[] }): Promise<void> {
    const next = this.acts.find((one) => one.on === act.on && one !== act && !this.#done.has(one));
    if (!next || except.includes(next)) return;
    const leads = (one: Act, on: CaseName) => one.leadsTo?.some((other) => other.on === on);
    const before = this.acts.slice(0, this.acts.indexOf(next)).filter((one) => !this.#done.has(one));
    if (before.some((one) => leads(next, one.on) || leads(one, next.on))) return;
    await this.#know(act.on);
    const { due } = await this.#player.see(next.on, next.who);
    if (!due.some((one) => one.step === next.step && 'mine' in one)) return;
    await this.#player.insist(next);
    await this.#player.untilFollowed(next);
    this.#done.add(next);
  }

  /** Waits until what the act leads to has come. */
  untilFollowed(act: Act): Promise<void> {
    return this.#player.untilFollowed(act);
  }

  /** Another person takes a step that the script does not have. */
  async rival({ leadsTo: _, ...rival }: Rival, on: CaseName): Promise<void> {
    await this.#know(on);
    await this.#player.insist({ ...rival, on });
  }

  outcome(): Promise<Outcome> {
    return outcomeOf(this.#played, this.#stage.sources);
  }

  async #play(act: Act): Promise<void> {
    await this.#player.act(act);
    this.#done.add(act);
  }

  /** A case of which its person has had no answer yet stands in the head's list. */
  async #know(on: CaseName): Promise<void> {
    const { cases: known } = this.#player;
    if (known.has(on)) return;
    const ids = new Set([...known.values()].map(({ id }) => id));
    const { path } = procedures[cases[on].procedure];
    const found = await this.#player.list<ShownCase>('head', `${path}?department=${this.cast.department}`);
    const fresh = found.find(({ id }) => !ids.has(id));
    if (!fresh) throw new Error(`the head does not find ${on}`);
    known.set(on, { id: fresh.id, receiptNumber: fresh.receiptNumber });
  }
}
