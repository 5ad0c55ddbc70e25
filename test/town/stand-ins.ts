import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Part, PartName } from '../../embedded/parts.js';
import type { PortName } from '../../embedded/state.js';

const program = fileURLToPath(new URL('stand-in.mjs', import.meta.url));

/**
 * A part played by a small process that writes into the town's diary what happens to it. `broken`: it only says this, and ends. `deaf`: it does not end
 * when it is asked to.
 */
export function standIn(name: PartName & PortName, after: readonly PartName[] = [], broken?: string, deaf?: 'deaf'): Part {
  return {
    name,
    after,
    program: ({ files, ports, variables }) => ({
      command: process.execPath,
      args: [program],
      env: {
        ...variables,
        NAME: name,
        PORT: `${ports[name]}`,
        DIARY: join(files.logs, 'diary'),
        ...(broken && { BROKEN: broken }),
        ...(deaf && { DEAF: deaf }),
      },
      ready: /"ready":true/,
      stopSignal: 'SIGTERM',
    }),
  };
}

/** Three parts in a row. */
export const threeParts: readonly Part[] = [standIn('directory'), standIn('mailbox', ['directory']), standIn('api', ['mailbox'])];

/** What happened to the stand-ins so far, in order. */
export async function diary(stateDir: string): Promise<readonly string[]> {
  return (await readFile(join(stateDir, 'logs', 'diary'), 'utf8')).trim().split('\n');
}

/** A folder for a town's state, and how to remove it. */
export async function stateFolder(): Promise<{ stateDir: string; remove(): Promise<void> }> {
  const stateDir = await mkdtemp(join(tmpdir(), 'telework-town-'));
  return { stateDir, remove: () => rm(stateDir, { recursive: true, force: true }) };
}
