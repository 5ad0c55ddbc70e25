/** Classes of SQLSTATE (PostgreSQL, appendix A) that say that the server, not the statement, is at fault: connection, resources, operator's intervention, its disks. */
const awayClasses = new Set(['08', '53', '57', '58']);
/** What the system and Node say of a connection that is not to be had, or breaks while it is written to. */
const awayCodes = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|EADDRNOTAVAIL|ERR_STREAM_|ERR_SOCKET_)/;
/**
 * What `pg` and Kysely throw of themselves, without a code: there is no connection to be had, the one in use breaks, half an answer came over it, or the process is about
 * to stop and has let go of them all.
 */
const awayMessages = new RegExp(
  `^(${[
    ...['timeout exceeded when trying to connect', 'timeout expired', 'Connection terminated', 'Query read timeout'],
    ...['Client has encountered a connection error', 'Client was closed', 'Received unexpected \\w+ message', 'received invalid response'],
    ...['Cannot use a pool after calling end', 'driver has already been destroyed'],
  ].join('|')})`,
);

/** Whether the failure means that the ledger's PostgreSQL cannot be asked now, so that the same question may be answered later. */
export function isLedgerAway(failure: unknown): boolean {
  if (failure instanceof AggregateError) return failure.errors.some(isLedgerAway); // One for each address that was tried.
  if (!(failure instanceof Error)) return false;
  const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : '';
  if (awayCodes.test(code)) return true;
  if (/^[0-9A-Z]{5}$/.test(code)) return awayClasses.has(code.slice(0, 2)) || code === '25P03';
  return awayMessages.test(failure.message);
}

/** Whether the failure means that PostgreSQL cannot read a value that was handed in (SQLSTATE class 22), such as the instant in a made-up cursor. */
export const isBadValue = (failure: unknown): boolean =>
  failure instanceof Error && 'code' in failure && typeof failure.code === 'string' && /^22[0-9A-Z]{3}$/.test(failure.code);
