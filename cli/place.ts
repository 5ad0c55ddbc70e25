import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTownEnvironment } from '../config/town.js';

/** Where the command line finds things: the town that runs on the state folder, else what the environment says. */
export interface Place {
  stateDir: string;
  /** The API, without `/api/v1`. */
  api: string;
  /** The town's mailbox page. */
  mailbox?: string;
  /** For `readSettings`; holds secrets. */
  settings: Readonly<Record<string, string | undefined>>;
}

/** What of the town's `town.json` is of use here. */
interface TownJson {
  addresses: { api: string; mailbox?: string };
  settings: Readonly<Record<string, string>>;
}

const usualApi = 'http://127.0.0.1:8080';

/** What stands in the environment wins over the town's own settings. */
export function findPlace(): Place {
  const { stateDir, variables } = readTownEnvironment();
  const town = readTown(join(stateDir, 'town.json'));
  return {
    stateDir,
    api: variables.API_PUBLIC_URL ?? town?.addresses.api ?? usualApi,
    ...(town?.addresses.mailbox && { mailbox: town.addresses.mailbox }),
    settings: { ...town?.settings, ...variables },
  };
}

/** Undefined where no town runs. */
function readTown(file: string): TownJson | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TownJson;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure;
  }
}
