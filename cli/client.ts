import { setTimeout as pause } from 'node:timers/promises';
import type { ProblemDocument } from '../api/errors.js';
import type { Language } from '../config/texts.js';

/** What the API answered. `body` is undefined where there is none. */
export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface Sent {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  /** A file, in place of a body. */
  file?: { type: 'text/csv' | 'text/x-ldif'; content: string | Uint8Array<ArrayBuffer> };
  /** Idempotency-Key: a repeat under the same key acts once. */
  key?: string;
  /** If-Match: the version that was seen. */
  version?: string;
}

/** Longer than the API takes for any answer (design §6). */
const answerWithinMs = 10_000;

/** The API said no; `message` is what it says, never more. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(readonly problem: ProblemDocument) {
    super(problem.title);
  }
}

/** Nobody answers at the address, or the connection broke: whether the step was taken is not known, a repeat under its key tells. */
export class ApiAway extends Error {
  override readonly name = 'ApiAway';
  constructor(readonly url: string) {
    super(`no answer from ${url}`);
  }
}

/** Answers that ask to be asked again: accepted and not yet written, too many at once, a part that is away. */
const notYet: ReadonlySet<number> = new Set([202, 429, 503]);
/** Longer than any part takes to be back after it was killed. */
const patienceMs = 60_000;
const againAfterMs = 150;

/** Sends until there is an answer, as somebody presses again: under an Idempotency-Key it acts once. After a minute the last answer counts, whatever it is. @throws ApiAway */
export async function untilAnswered<Body>(send: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  for (const since = performance.now(); ; ) {
    const patient = performance.now() - since < patienceMs;
    const answer = await send().catch((failure: unknown) => {
      if (!patient || !(failure instanceof ApiAway)) throw failure;
      return undefined;
    });
    if (answer && !(patient && notYet.has(answer.status))) return answer;
    await pause(againAfterMs);
  }
}

/** One person's client of the API. */
export class ApiClient {
  readonly #headers: Readonly<Record<string, string>>;

  /** `url`: where the API is, without `/api/v1`. */
  constructor(
    readonly url: string,
    { token, language = 'ja' }: { token?: string; language?: Language } = {},
  ) {
    this.#headers = { 'Accept-Language': language, ...(token && { Authorization: `Bearer ${token}` }) };
  }

  /** Whatever the API answers. @throws ApiAway */
  async send<Body = unknown>(path: string, { method = 'GET', body, file, key, version }: Sent = {}): Promise<Answer<Body>> {
    const headers = {
      ...this.#headers,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(file && { 'Content-Type': file.type }),
      ...(key && { 'Idempotency-Key': key }),
      ...(version && { 'If-Match': version }),
    };
    const signal = AbortSignal.timeout(answerWithinMs);
    const written = file?.content ?? (body === undefined ? undefined : JSON.stringify(body));
    const sent = written === undefined ? {} : { body: written };
    try {
      const response = await fetch(`${this.url}/api/v1${path}`, { method, headers, signal, ...sent });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as Body };
    } catch {
      throw new ApiAway(this.url);
    }
  }

  /** What was asked for. @throws ApiProblem, ApiAway */
  async ask<Body = unknown>(path: string, sent: Sent = {}): Promise<Body> {
    const { status, body } = await this.send(path, sent);
    if (status >= 400) throw new ApiProblem(body as ProblemDocument);
    return body as Body;
  }

  /** Whether the API can reach its parts. @throws ApiAway */
  async readiness(): Promise<{ ready: boolean; parts: Readonly<Record<string, string>> }> {
    const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(answerWithinMs) }).catch(() => {
      throw new ApiAway(this.url);
    });
    return (await response.json()) as Awaited<ReturnType<ApiClient['readiness']>>;
  }

  /** A token for the person. @throws ApiProblem, ApiAway */
  async logIn(staffNumber: string, password: string): Promise<{ token: string; expiresAt: string }> {
    return this.ask('/sessions', { method: 'POST', body: { staffNumber, password } });
  }
}
