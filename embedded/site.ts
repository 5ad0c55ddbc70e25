import { settingsSchema } from '../config/settings.js';
import { readJson } from './leftovers.js';
import type { TownAccounts } from './sample-town.js';
import { type PortName, type StateFiles, saveState, stateFiles, type TownState } from './state.js';

/** What the parts of one town share: its folder, its ports, and the settings that follow from them. */
export class Site {
  readonly files: StateFiles;
  readonly ports: Readonly<Record<PortName, number>>;
  /** The supervisor's environment: a part whose address stands in it runs elsewhere. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly headless: boolean;
  #state: TownState;

  constructor(folder: string, place: Pick<Site, 'ports' | 'variables' | 'headless' | 'state'>) {
    this.files = stateFiles(folder);
    this.ports = place.ports;
    this.variables = place.variables;
    this.headless = place.headless;
    this.#state = place.state;
    this.remember({ ports: place.ports });
  }

  get state(): Readonly<TownState> {
    return this.#state;
  }

  remember(change: Partial<TownState>): void {
    this.#state = { ...this.#state, ...change };
    saveState(this.files, this.#state);
  }

  /** Of the embedded PostgreSQL. */
  get superuserUrl(): string {
    return `postgres://postgres:${this.state.superuserPassword}@127.0.0.1:${this.ports.postgres}/postgres`;
  }

  /** The sample town's accounts; none when people come from a directory elsewhere. */
  get accounts(): TownAccounts | undefined {
    return this.variables.DIRECTORY_URL ? undefined : readJson<TownAccounts>(this.files.accounts);
  }

  /** What worker, API and command line are given: the names and values of environment variables, secrets included. Complete once the city is there. */
  get settings(): Readonly<Record<string, string>> {
    const { ports, state, variables, accounts } = this;
    const own = {
      TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
      TEMPORAL_NAMESPACE: 'default',
      DATABASE_URL: `postgres://telework:${state.databasePassword}@127.0.0.1:${ports.postgres}/telework`,
      MAIL_URL: `smtp://127.0.0.1:${ports.smtp}`,
      KEY_SECRET: state.keySecret,
      API_PUBLIC_URL: `http://127.0.0.1:${ports.api}`,
      ...(state.city &&
        accounts && {
          DIRECTORY_URL: `ldap://127.0.0.1:${ports.directory}`,
          DIRECTORY_BASE_DN: state.city.baseDn,
          DIRECTORY_BIND_DN: accounts.service.dn,
          DIRECTORY_BIND_PASSWORD: accounts.service.password,
        }),
    };
    const given = Object.keys(settingsSchema.shape).flatMap((name) => {
      const value = variables[name];
      return value ? [[name, value] as const] : [];
    });
    return { ...own, ...Object.fromEntries(given), API_PORT: `${ports.api}`, TOWN_CLOCK: 'true' };
  }
}

/** An address as it may be shown. */
export function withoutPassword(address: string): string {
  const url = new URL(address);
  url.password = '';
  return url.href;
}
