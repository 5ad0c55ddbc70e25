import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from './processes.js';

/** Where the set-up lays the `temporal` binary that it fetched (`embedded/set-up.mjs`). */
const fetched = fileURLToPath(new URL('../.town/bin/temporal', import.meta.url));

export interface TemporalOptions {
  environment: Readonly<Record<string, string | undefined>>;
  port: number;
  namespace: string;
  /** Absent: everything is forgotten when it ends. */
  databaseFile?: string;
  /** The server's own settings, by their names. */
  dynamicConfig?: Readonly<Record<string, string | number>>;
  /** Absent: no Web UI. */
  uiPort?: number;
}

/** Temporal's development server: frontend, history, matching and a SQLite file in one process. */
export function temporalProgram({ environment, port, namespace, databaseFile, uiPort, dynamicConfig = {} }: TemporalOptions): Program {
  // Measured: without these two every transaction waits for the disk twice.
  const durable = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];
  const file = databaseFile ? ['--db-filename', databaseFile, ...durable] : [];
  const dynamic = Object.entries(dynamicConfig).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);
  const ui = uiPort ? ['--ui-port', `${uiPort}`, '--ui-disable-news-fetch'] : ['--headless'];
  return {
    command: temporalBinary(environment.PATH),
    args: [
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--namespace',
      namespace,
      '--log-level',
      'error',
      ...file,
      ...ui,
      ...dynamic,
    ],
    env: environment,
    ready: /^Temporal Server: /,
    stopSignal: 'SIGTERM',
  };
}

/** `temporal` on the PATH, else the one that the set-up fetched. */
function temporalBinary(path = ''): string {
  const candidates = [...path.split(delimiter).map((folder) => join(folder, 'temporal')), fetched];
  const found = candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) throw new Error('There is no `temporal` binary: run `node embedded/set-up.mjs`, which fetches it.');
  return found;
}
