import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ApiClient } from './client.js';
import type { Place } from './place.js';

interface Login {
  api: string;
  staffNumber: string;
  token: string;
}

const fileOf = ({ stateDir }: Place): string => join(stateDir, 'login.json');

/** Who has not logged in. */
export class NotLoggedIn extends Error {
  override readonly name = 'NotLoggedIn';
  constructor() {
    super('ログインしていません：npm run telework -- login 職員番号\nNot logged in: npm run telework -- login STAFF_NUMBER');
  }
}

/** The client of whoever logged in last on this state folder. @throws NotLoggedIn */
export function clientOf(place: Place): ApiClient {
  const login = readLogin(place);
  if (login?.api !== place.api) throw new NotLoggedIn(); // A token is for nobody but the API that gave it.
  return new ApiClient(place.api, { token: login.token });
}

/** Logs in and keeps the token where nobody else can read it. The password is never kept. @throws ApiProblem, ApiAway */
export async function logIn(place: Place, staffNumber: string, password: string): Promise<void> {
  const { token } = await new ApiClient(place.api).logIn(staffNumber, password);
  const login: Login = { api: place.api, staffNumber, token };
  rmSync(fileOf(place), { force: true }); // A file that is there keeps its mode.
  writeFileSync(fileOf(place), JSON.stringify(login), { mode: 0o600 });
}

/** Ends the login at the API, and forgets the token. */
export async function logOut(place: Place): Promise<void> {
  const login = readLogin(place);
  rmSync(fileOf(place), { force: true });
  if (login?.api === place.api) await clientWith(login).ask('/sessions/current', { method: 'DELETE' });
}

const clientWith = ({ api, token }: Login): ApiClient => new ApiClient(api, { token });

/** Asked for on a terminal, without showing it; else the first line of the standard input. */
export async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).split(/\r?\n/, 1)[0] ?? '';
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({ message: 'パスワード / password' });
  return isCancel(answer) ? '' : answer;
}

function readLogin(place: Place): Login | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(place), 'utf8')) as Login;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}
