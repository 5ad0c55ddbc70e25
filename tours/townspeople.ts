import type { ProcedureName } from '../activities/ledger/port.js';
import type { ProblemDocument } from '../api/errors.js';
import { type Answer, ApiClient, untilAnswered } from '../cli/client.js';
import { sentences } from '../cli/print.js';
import type { Language } from '../config/texts.js';
import { casePaths } from '../workflows/shared/procedures.js';
import { Crowd, type Resident } from './crowd.js';
import { Differs, expectRefused } from './player.js';
import type { Refused } from './script.js';
import type { Stage } from './stage.js';

/** What HR brings as a file. */
type ImportedFile = 'seats' | 'situations' | 'successions';

/** People of a town who take one step after the other through its API. Whoever gets no answer presses again, as people do; what is refused is kept, with the reason that they read. */
export class Townspeople {
  readonly crowd: Crowd;
  /** What was refused, and why, as people read it. */
  readonly refusals: (readonly [what: string, why: string])[] = [];
  readonly residents: ReadonlyMap<string, Resident>;
  /** Has left. */
  readonly gone = new Set<string>();
  /** Steps that were taken. */
  protected taken = 0;
  #pressed = 0;

  constructor(readonly stage: Stage) {
    this.crowd = new Crowd(stage);
    this.residents = new Map(this.crowd.residents().map((one) => [one.staffNumber, one]));
  }

  get hr(): string {
    return this.stage.sample.accounts.hr;
  }

  get steps(): number {
    return this.taken;
  }

  /** Works here, and can log in. */
  isThere(staff: string): boolean {
    return this.residents.has(staff) && !this.gone.has(staff);
  }

  /** What the person sees. @throws Differs */
  async look<Body>(staff: string, path: string): Promise<Body> {
    const client = await this.stage.place.clientOf(staff);
    return accepted(path, await untilAnswered(() => client.send<Body>(path)));
  }

  /** One step; each time it is another one. @throws Differs */
  async act<Body>(staff: string, path: string, body: object): Promise<Body> {
    const answer = accepted<Body>(path, await this.#send<Body>(staff, path, body));
    this.taken += 1;
    return answer;
  }

  /** What must be refused, and why, is kept for the end. @throws Differs when it is not */
  async refused(what: string, staff: string, path: string, body: object, expected: Refused): Promise<void> {
    const problem = expectRefused(await this.#send(staff, path, body), expected, what);
    this.refusals.push([what, sentences(problem, procedureAt(path))]);
  }

  /** HR brings one of the town's own files, or these rows in its place. */
  async bring(kind: ImportedFile, rows: readonly (readonly string[])[] = this.stage.sample.tables[`${kind}.csv`] ?? []): Promise<void> {
    const hr = await this.stage.place.clientOf(this.hr);
    const content = `${rows.map((row) => row.join(',')).join('\n')}\n`;
    await hr.ask(`/imports/${kind}`, { method: 'POST', file: { type: 'text/csv', content } });
  }

  /** HR in that language, who can fetch files too. */
  async hrIn(language: Language): Promise<{ client: ApiClient; file(path: string): Promise<Uint8Array> }> {
    const { nobody } = this.stage.place;
    const { token } = await nobody.logIn(this.hr, this.stage.sample.accounts.password);
    const file = async (path: string) => {
      const response = await fetch(`${nobody.url}/api/v1${path}`, {
        headers: { Authorization: `Bearer ${token}`, 'Accept-Language': language },
      });
      if (!response.ok) throw new Differs(`${path}: ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    };
    return { client: new ApiClient(nobody.url, { token, language }), file };
  }

  /** One step of many alike, each under a key that says which. @throws Differs */
  protected async take(staff: string, path: string, step: string, body: object): Promise<void> {
    const { status, body: problem } = await this.crowd.post<ProblemDocument>(staff, `${path}/steps/${step}`, body);
    if (status >= 300) throw new Differs(`${step}: ${sentences(problem)}`);
    this.taken += 1;
  }

  async #send<Body>(staff: string, path: string, body: object): Promise<Answer<Body>> {
    const { place } = this.stage;
    const client = await place.clientOf(staff);
    this.#pressed += 1;
    const key = `${place.run}-${this.#pressed}`;
    return untilAnswered(() => client.send<Body>(path, { method: 'POST', body, key }));
  }
}

const procedureAt = (path: string) => (Object.keys(casePaths) as ProcedureName[]).find((one) => path.startsWith(casePaths[one]));

function accepted<Body>(path: string, { status, body }: Answer): Body {
  if (status >= 300) throw new Differs(`${path}: ${status} ${sentences(body as ProblemDocument, procedureAt(path))}`);
  return body as Body;
}
