import { setTimeout as pause } from 'node:timers/promises';
import type { ProblemDocument } from '../api/errors.js';
import type { ShownCase, ShownEvent } from '../api/views.js';
import { type Answer, ApiAway, ApiClient, untilAnswered } from '../cli/client.js';
import type { Loan } from '../workflows/device-loan/rules.js';
import type { Cast, Role } from './cast.js';
import type { Act, AtTheDoor, Attempt, LoanName, Turn } from './loan.js';

/** Longer than whatever was killed takes to be back, and the loan to be where it should. */
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
}

/** Everybody's client of one API: each logs in once, whatever parts they play. */
export interface People {
  /** Who has not logged in. */
  nobody: ApiClient;
  clientOf(staffNumber: string): Promise<ApiClient>;
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
  };
}

/** A loan as its people know it. */
export interface KnownLoan {
  id: string;
  receiptNumber: string;
}

/** Plays a cast through the API. Whoever gets no answer, or one that says "not now", presses again under the same key, as people do. */
export class Player {
  readonly loans = new Map<LoanName, KnownLoan>();
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
    const { status } = await this.until(act.loan, (seen) => seen.status !== 'approved' || act.becomes !== 'reserved'); // The device is found a moment after the approval.
    if (status !== act.becomes) throw new Differs(`${nameOf(act)}: the loan should be ${act.becomes}, but is ${status}`);
    const { served } = act;
    if (served) await this.until(served, ({ status: now }) => now === 'reserved');
  }

  /** Waits until the step is due, as a person does who looks at the loan; what they then fill in. */
  async ready({ who, loan, step, body }: Turn): Promise<object> {
    return bodyOf(body, this.#place.terms, step === 'request' ? undefined : await this.until(loan, isDue(step), who));
  }

  /** The step under its own key, as often as it takes to be answered. @throws Differs when it is refused */
  async press(turn: Turn, body: object): Promise<void> {
    const answer = await this.#post(turn, body, this.#keyOf(turn, body));
    if (answer.status >= 400) throw new Differs(`${nameOf(turn)}: ${inShort(answer)}`);
    if (turn.step !== 'request') return;
    const { id, receiptNumber } = answer.body as ShownCase;
    this.loans.set(turn.loan, { id, receiptNumber });
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
    const { who, loan, body: form, key } = attempt;
    const body = bodyOf(form, this.#place.terms, form instanceof Function ? await this.see(loan, who) : undefined);
    const under = { none: undefined, again: this.#lastKey, own: `${this.#keyOf(attempt, body)}-refused` }[key ?? 'own'];
    return expectRefused(await this.#post(attempt, body, under), attempt.refused, nameOf(attempt));
  }

  /** Who does not come in. */
  async atTheDoor({ staffNumber, password, refused }: AtTheDoor): Promise<ProblemDocument> {
    const answer = await this.#place.nobody.send('/sessions', { method: 'POST', body: { staffNumber, password } });
    return expectRefused(answer, refused, 'login');
  }

  /** The loan as the person sees it now. */
  async see(loan: LoanName, who: Role = loan): Promise<ShownCase> {
    const answer = await this.#answered(who, this.#caseOf(loan));
    if (answer.status >= 400) throw new Differs(`${who} looks at ${loan}: ${inShort(answer)}`);
    return answer.body as ShownCase;
  }

  /** What the loan's timeline shows to the person. */
  async timeline(loan: LoanName, who: Role = loan): Promise<readonly ShownEvent[]> {
    return this.list(who, `${this.#caseOf(loan)}/events`);
  }

  /** Looks at the loan until it is so. */
  async until(loan: LoanName, so: (seen: ShownCase) => boolean, who: Role = loan): Promise<ShownCase> {
    const since = performance.now();
    for (;;) {
      const seen = await this.see(loan, who);
      if (so(seen)) return seen;
      if (performance.now() - since > patienceMs) throw new Differs(`${loan} is ${seen.status} for too long: ${JSON.stringify(seen.due)}`);
      await pause(20);
    }
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

  #keyOf({ who, loan, step }: Turn, body: object): string {
    const accessory = 'accessory' in body ? `-${body.accessory}` : ''; // The one step that a person takes twice in a loan.
    return `${this.#place.run}-${this.cast.department}-${loan}-${step}-${who}${accessory}`;
  }

  #pathOf({ loan, step }: Turn): string {
    return step === 'request' ? '/device-loans' : `${this.#caseOf(loan)}/steps/${step}`;
  }

  #caseOf(loan: LoanName): string {
    const known = this.loans.get(loan);
    if (!known) throw new Error(`${loan} is not filed yet`);
    return `/device-loans/${known.id}`;
  }

  async #answered(who: Role, path: string, sent?: Parameters<ApiClient['send']>[1]): Promise<Answer> {
    const client = await this.client(who);
    return pressed(() => client.send(path, sent));
  }
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

const nameOf = ({ who, loan, step }: Turn): string => `${who} takes ${step} of ${loan}`;

function expectRefused(answer: Answer, refused: Attempt['refused'], what: string): ProblemDocument {
  const problem = answer.body as ProblemDocument;
  const fits = ({ code, field }: { code: string; field?: string }) =>
    (!refused.code || code === refused.code) && (!refused.field || field === refused.field);
  const named = !refused.code || problem.errors?.some(fits);
  if (answer.status === refused.status && problem.type === `/problems/${refused.problem}` && named) return problem;
  throw new Differs(`${what} should be refused with ${JSON.stringify(refused)}, but: ${inShort(answer)}`);
}

/** Status, and of a problem its type and codes. */
function inShort({ status, body }: Answer): string {
  const { type, errors, part } = (body ?? {}) as Partial<ProblemDocument>;
  return [status, type, part, ...(errors ?? []).map(({ code, field }) => `${field ?? ''} ${code}`)].filter(Boolean).join(' ');
}
