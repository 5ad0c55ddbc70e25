/**
 * The mailbox of a town as a process of its own, on loopback. TOWN_DIR: the folder under which the mails are kept. SMTP_PORT, HTTP_PORT: 0 or absent takes a
 * free one. Prints one line of JSON when it takes mail, and ends when its standard input does: then the supervisor is gone.
 */
import { readTownEnvironment } from '../config/town.js';
import { startMailbox } from './mailbox.js';

const { TOWN_DIR: folder, SMTP_PORT: smtp = '0', HTTP_PORT: http = '0' } = readTownEnvironment().variables;
if (!folder) throw new Error('TOWN_DIR is not set: the folder under which the mails are kept');
const mailbox = await startMailbox({ folder, smtpPort: Number(smtp), httpPort: Number(http) });

const end = () => void mailbox.close().then(() => process.exit(0));
process.once('SIGTERM', end).once('SIGINT', end);
process.stdin.once('end', end).once('error', end).resume();
process.stdout.write(`${JSON.stringify({ ready: true, ports: { smtp: mailbox.smtpPort, http: mailbox.httpPort } })}\n`);
