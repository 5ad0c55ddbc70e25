/**
 * The directory of a sample town as a process of its own, on loopback. TOWN_DIR: the folder with `directory.ldif`; the changes made since lie beside it.
 * PORT: 0 or absent takes a free one. Prints one line of JSON when it can be asked, and ends when its standard input does: then the supervisor is gone.
 */
import { readTownEnvironment } from '../config/town.js';
import { startDirectory } from './directory.js';

const { TOWN_DIR: folder, PORT: port = '0' } = readTownEnvironment().variables;
if (!folder) throw new Error('TOWN_DIR is not set: the folder that holds directory.ldif');
const directory = await startDirectory({ folder, port: Number(port) });

const end = () => void directory.close().then(() => process.exit(0));
process.once('SIGTERM', end).once('SIGINT', end);
process.stdin.once('end', end).once('error', end).resume();
process.stdout.write(`${JSON.stringify({ ready: true, ports: { ldap: directory.port } })}\n`);
