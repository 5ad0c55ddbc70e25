import { startTown } from '../../embedded/town.js';
import { threeParts } from './stand-ins.js';

/** A supervisor in a process of its own, to be killed by a test. */
const [stateDir = ''] = process.argv.slice(2);
const town = await startTown({ stateDir, parts: threeParts });
process.stdout.write(`${JSON.stringify(town.processes)}\n`);
