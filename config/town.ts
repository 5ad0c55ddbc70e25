import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What of the environment concerns the town on one machine. */
export interface TownEnvironment {
  /** Where the town keeps everything; `TOWN_STATE` moves it, so that several towns can stand side by side. */
  stateDir: string;
  /** All of it, to be passed on to the town's processes. */
  variables: Readonly<Record<string, string | undefined>>;
}

export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** Reads what concerns the town; an empty variable counts as absent. */
export function readTownEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): TownEnvironment {
  const variables = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  return { stateDir: resolve(projectRoot, variables.TOWN_STATE ?? join(projectRoot, '.town')), variables };
}
