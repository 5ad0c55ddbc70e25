import { endLeftovers } from './leftovers.js';

/**
 * Stands beside a supervisor, whose end closes this pipe however it came: then it ends the processes that are left. By then the next supervisor may
 * have begun: its processes are not touched.
 */
const [recordFile = '', supervisor] = process.argv.slice(2);
process.stdin.resume().once('end', () => void endLeftovers(recordFile, Number(supervisor)));
