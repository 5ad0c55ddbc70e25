import { setTimeout as pause } from 'node:timers/promises';
import type { ProblemDocument } from '../api/errors.js';
import type { CascadeLine } from '../api/routes/registrations.js';
import type { Person, ShownCase, ShownEvent } from '../api/views.js';
import { type Answer, ApiAway, ApiClient, untilAnswered } from '../cli/client.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import type { Cast, Role } from './cast.js';
import {
  type Absence,
  type Act,
  type AtTheDoor,
  type Attempt,
  type CaseName,
  cases,
  type LookedAt,
  procedures,
  type Turn,
} from './script.js';

/** What was done on somebody's behalf, as they see it. */
interface ShownActed {
  id: string;
  seq: number;
  step: string;
  by: Person;
}

/** Longer than whatever was killed takes to be back, and the case to be where it should. */
const patienceMs = 60_000;

/** Something went otherwise than it should. */
export class Differs extends Error {
  override readonly name = 'Differs';
}

/** Where a performance is given. `run` makes its keys its own. */
export interface Place extends People {
  run: string;
  /** Version of the terms in force. */
  terms: string;
  /** The municipality's date. */
  today: string;
  /** Whether the directory has the person in the group of remote access. */
  hasAccess(staffNumber: string): Promise<boolean>;
}

/** Everybody's client of one API: each logs in once, whatever parts they play. */
export interface People {
  /** Who has not logged in. */
  nobody: ApiClient;
  clientOf(staffNumber: string): Promise<ApiClient>;
  /** Forgets who has: a login lasts for twelve hours. */
  logInAnew(): void;
}

export function peopleOf(url: string, password: string): People {
  const clients = new Map<string, Promise<ApiClient>>();
  const nobody = new ApiClient(url);
  const logIn = async (staffNumber: string): Promise<ApiClient> => {
    const sent = { method: 'POST' as const, body: { staffNumber, password } };
    const answer = await pressed(() => nobody.send<{ token: string }>('/sessions', sent));
    if (answer.status >= 400) throw new Differs(`${staffNumber} cannot log in: ${inShort(answer)}`);
    return new ApiClient(url, { token: answer.body.token });
  };
  return {
    nobody,
    clientOf(staffNumber) {
      const client = clients.get(staffNumber) ?? logIn(staffNumber);
      clients.set(staffNumber, client);
      return client;
    },
    logInAnew: () => clients.clear(),
  };
}

/** A case as its people know it. */
export interface KnownCase {
  id: string;
  receiptNumber: string;
}

/** Plays a cast through the API. Whoever gets no answer, or one that says "not now", presses again under the same key, as people do. */
export class Player {
  readonly cases = new Map<CaseName, KnownCase>();
  readonly #place: Place;
  #lastKey = '';

  constructor(
    readonly cast: Cast,
    place: Place,
  ) {
    this.#place = place;
  }

  /** Takes the step once it is due, and holds it against what should come of it. @throws Differs */
  async act(act: Act): Promise<void> {
    await this.press(act, await this.ready(act));
    const { status } = await this.until(act.on, (seen) => seen.status !== 'approved' || act.becomes !== 'reserved'); // The device is found a moment after the approval.
    if (status !== act.becomes) throw new Differs(`${nameOf(act)}: the case should be ${act.becomes}, but is ${status}`);
    await this.untilFollowed(act);
  }

  /** Waits until what the step leads to stands in the other cases, and the directory says what it should. @throws Differs */
  async untilFollowed({ on, leadsTo = [], access }: Act): Promise<void> {
    for (const { on: other, event } of leadsTo)
      await patiently(`${event} in ${other}`, async () => (await this.timeline(other)).some(({ name }) => name === event));
    const borrower = this.cast.people[cases[on].whose];
    if (access !== undefined)
      await patiently(`access is ${access}`, async () => (await this.#place.hasAccess(borrower).catch(() => undefined)) === access);
  }

  /** Waits until the step is due, as a person does who looks at the case; what they then fill in. */
  async ready(turn: Turn): Promise<object> {
    const { who, on, step, body } = turn;
    return bodyOf(body, this.#place.terms, opens(turn) ? undefined : await this.until(on, isDue(step), who));
  }

  /** The step under its own key, as often as it takes to be answered. @throws Differs when it is refused */
  async press(turn: Turn, body: object): Promise<void> {
    const answer = await this.#post(turn, body, this.#keyOf(turn, body));
    if (answer.status >= 400) throw new Differs(`${nameOf(turn)}: ${inShort(answer)}`);
    if (!opens(turn)) return;
    const { id, receiptNumber } = answer.body as ShownCase;
    this.cases.set(turn.on, { id, receiptNumber });
  }

  /** The step once. Nothing is known of it when nobody answers. */
  async pressOnce(turn: Turn, body: object): Promise<void> {
    const client = await this.client(turn.who);
    await client.send(this.#pathOf(turn), { method: 'POST', body, key: this.#keyOf(turn, body) }).catch(unlessAway);
  }

  /** The step, and when it was too late for what had come before, the step anew: another decision, under another key. */
  async insist(turn: Turn): Promise<void> {
    for (let time = 1; ; time += 1) {
      const body = await this.ready(turn);
      const answer = await this.#post(turn, body, `${this.#keyOf(turn, body)}-${time}`);
      if (answer.status < 400) return;
      if (answer.status !== 409 || time === 10) throw new Differs(`${nameOf(turn)}: ${inShort(answer)}`);
    }
  }

  /** What must be refused. @returns what the person is told @throws Differs */
  async attempt(attempt: Attempt): Promise<ProblemDocument> {
    const { who, on, body: form, key } = attempt;
    const body = bodyOf(form, this.#place.terms, form instanceof Function ? await this.see(on, who) : undefined);
    const under = { none: undefined, again: this.#lastKey, own: `${this.#keyOf(attempt, body)}-refused` }[key ?? 'own'];
    return expectRefused(await this.#post(attempt, body, under), attempt.refused, nameOf(attempt));
  }

  /** Who does not come in. */
  async atTheDoor({ staffNumber, password, refused }: AtTheDoor): Promise<ProblemDocument> {
    const answer = await this.#place.nobody.send('/sessions', { method: 'POST', body: { staffNumber, password } });
    return expectRefused(answer, refused, 'login');
  }

  /** HR hands in who is absent today: these, and nobody else. */
  async absent({ absent }: Absence): Promise<void> {
    await reportAbsent(await this.client('hr'), { staff: absent.map((role) => this.cast.people[role]), today: this.#place.today });
  }

  /** Finds what was done on one's behalf, and marks it as seen. @throws Differs */
  async lookAt({ lookedAtBy, on, step, takenBy }: LookedAt): Promise<void> {
    const { id } = this.#known(on);
    const unseen = async () =>
      (await this.list<ShownActed>(lookedAtBy, '/me/acted?seen=false')).find((one) => one.id === id && one.step === step);
    const acted = await unseen();
    const by = acted?.by.staffNumber;
    if (!acted || by !== this.cast.people[takenBy])
      throw new Differs(`${step} of ${on} was taken for ${lookedAtBy} by ${by ?? 'nobody'}, not by ${takenBy}`);
    await this.#answered(lookedAtBy, `/me/acted/${id}/${acted.seq}/seen`, { method: 'POST', body: {} });
    if (await unseen()) throw new Differs(`${lookedAtBy} has seen ${step} of ${on}, and it is shown as unseen`);
  }

  /** The case as the person sees it now. */
  async see(on: CaseName, who: Role = cases[on].whose): Promise<ShownCase> {
    const answer = await this.#answered(who, this.#caseOf(on));
    if (answer.status >= 400) throw new Differs(`${who} looks at ${on}: ${inShort(answer)}`);
    return answer.body as ShownCase;
  }

  /** What the case's timeline shows to the person. */
  async timeline(on: CaseName, who: Role = cases[on].whose): Promise<readonly ShownEvent[]> {
    return this.list(who, `${this.#caseOf(on)}/events`);
  }

  /** What hangs on a registration that has ended. */
  async cascade(on: CaseName, who: Role): Promise<readonly CascadeLine[]> {
    return this.list(who, `${this.#caseOf(on)}/cascade`);
  }

  /** Looks at the case until it is so. */
  async until(on: CaseName, so: (seen: ShownCase) => boolean, who: Role = cases[on].whose): Promise<ShownCase> {
    let seen = await this.see(on, who);
    await patiently(`${on}, which is ${seen.status}, goes on`, async () => {
      seen = await this.see(on, who);
      return so(seen);
    });
    return seen;
  }

  client(who: Role): Promise<ApiClient> {
    return this.#place.clientOf(this.cast.people[who]);
  }

  /** A list as the person sees it: its first page, which is the newest. */
  async list<Item>(who: Role, path: string): Promise<readonly Item[]> {
    const answer = await this.#answered(who, path);
    if (answer.status >= 400) throw new Differs(`${who} looks at ${path}: ${inShort(answer)}`);
    return (answer.body as { items: readonly Item[] }).items;
  }

  async #post(turn: Turn, body: object, key: string | undefined): Promise<Answer> {
    if (key) this.#lastKey = key;
    return this.#answered(turn.who, this.#pathOf(turn), { method: 'POST', body, ...(key && { key }) });
  }

  #keyOf({ who, on, step }: Turn, body: object): string {
    const accessory = 'accessory' in body ? `-${body.accessory}` : ''; // The one step that a person takes twice in a loan.
    return `${this.#place.run}-${this.cast.department}-${on}-${step}-${who}${accessory}`;
  }

  #pathOf(turn: Turn): string {
    return opens(turn) ? procedures[cases[turn.on].procedure].path : `${this.#caseOf(turn.on)}/steps/${turn.step}`;
  }

  #caseOf(on: CaseName): string {
    return `${procedures[cases[on].procedure].path}/${this.#known(on).id}`;
  }

  #known(on: CaseName): KnownCase {
    const known = this.cases.get(on);
    if (!known) throw new Error(`${on} is not filed yet`);
    return known;
  }

  async #answered(who: Role, path: string, sent?: Parameters<ApiClient['send']>[1]): Promise<Answer> {
    const client = await this.client(who);
    return pressed(() => client.send(path, sent));
  }
}

const opens = ({ on, step }: Turn): boolean => step === procedures[cases[on].procedure].opening;

/** HR's whole list of who is absent today. */
export async function reportAbsent(hr: ApiClient, { staff, today }: { staff: readonly string[]; today: string }): Promise<void> {
  const lines = staff.map((one) => `${one},${today},${today},sickLeave\n`);
  await hr.ask('/imports/absences', {
    method: 'POST',
    file: { type: 'text/csv', content: `staff_number,from,until,reason\n${lines.join('')}` },
  });
}

/** Asks until it is so, for as long as people do. @throws Differs */
export async function patiently(what: string, isSo: () => Promise<boolean>, ms = patienceMs): Promise<void> {
  for (const since = performance.now(); !(await isSo()); await pause(20))
    if (performance.now() - since > ms) throw new Differs(`too long until ${what}`);
}

/** As people press again, for as long as people do. @throws Differs */
async function pressed<Body>(send: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  const answer = await untilAnswered(send).catch(unlessAway);
  if (!answer) throw new Differs('nobody answers');
  return answer;
}

function unlessAway(failure: unknown): undefined {
  if (!(failure instanceof ApiAway)) throw failure;
  return undefined;
}

function bodyOf(body: Turn['body'] = {}, terms: string, seen?: ShownCase): object {
  return body instanceof Function ? body({ state: seen?.state as Loan, terms }) : body;
}

const isDue =
  (step: string) =>
  ({ due }: ShownCase): boolean =>
    due.some((one) => one.step === step && 'mine' in one);

const nameOf = ({ who, on, step }: Turn): string => `${who} takes ${step} of ${on}`;

/** The answer to what had to be refused. @throws Differs when it was not, or for another reason */
export function expectRefused(answer: Answer, refused: Attempt['refused'], what: string): ProblemDocument {
  const problem = answer.body as ProblemDocument;
  const fits = ({ code, field, article, limit }: NonNullable<ProblemDocument['errors']>[number]) =>
    (!refused.code || code === refused.code) &&
    (!refused.field || field === refused.field) &&
    (!refused.article || article?.includes(refused.article)) &&
    (!refused.limit || limit === refused.limit);
  const named = !refused.code || problem.errors?.some(fits);
  if (answer.status === refused.status && problem.type === `/problems/${refused.problem}` && named) return problem;
  throw new Differs(`${what} should be refused with ${JSON.stringify(refused)}, but: ${inShort(answer)}`);
}

/** Status, and of a problem its type and codes. */
function inShort({ status, body }: Answer): string {
  const { type, errors, part } = (body ?? {}) as Partial<ProblemDocument>;
  return [
    status,
    type,
    part,
    ...(errors ?? []).map(({ code, field, article, limit }) => [field, code, article, limit].filter(Boolean).join(' ')),
  ]
    .filter(Boolean)
    .join(' ');
}
