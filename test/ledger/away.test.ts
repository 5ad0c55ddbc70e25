import { describe, expect, test } from 'vitest';
import { isBadValue, isLedgerAway } from '../../activities/ledger/away.js';

const failure = (message: string, code?: string) => Object.assign(new Error(message), code === undefined ? {} : { code });

describe('whether the ledger cannot be asked now, so that the answer is 503 and not 500', () => {
  test.each([
    ['nobody listens', failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')],
    ['nobody listens at any address of the host', new AggregateError([failure('connect ECONNREFUSED ::1:5432', 'ECONNREFUSED')])],
    ['the host is unknown', failure('getaddrinfo ENOTFOUND db', 'ENOTFOUND')],
    ['the name service is away', failure('getaddrinfo EAI_AGAIN db', 'EAI_AGAIN')],
    ['no way there', failure('connect ENETUNREACH', 'ENETUNREACH')],
    ['the machine is down', failure('connect EHOSTDOWN', 'EHOSTDOWN')],
    ['no port is left', failure('connect EADDRNOTAVAIL', 'EADDRNOTAVAIL')],
    ['cut while it is read', failure('read ECONNRESET', 'ECONNRESET')],
    ['cut while it is written', failure('write EPIPE', 'EPIPE')],
    ['written to after the cut', failure('Cannot call write after a stream was destroyed', 'ERR_STREAM_DESTROYED')],
    ['written to after its end', failure('write after end', 'ERR_STREAM_WRITE_AFTER_END')],
    ['gone before it was there', failure('Socket closed before the connection was established', 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION')],
    ['no connection in time, of the pool', failure('timeout exceeded when trying to connect')],
    ['no connection in time, of the client', failure('timeout expired')],
    ['no connection in time', failure('Connection terminated due to connection timeout')],
    ['cut', failure('Connection terminated unexpectedly')],
    ['cut before this question', failure('Client has encountered a connection error and is not queryable')],
    ['closed before this question', failure('Client was closed and is not queryable')],
    ['no answer in time', failure('Query read timeout')],
    ['the rest of another answer', failure('Received unexpected commandComplete message from backend.')],
    ['something else listens there', failure('received invalid response: 48')],
    ['the process is about to stop', failure('Cannot use a pool after calling end on the pool')],
    ['the process is about to stop, and asks', failure('driver has already been destroyed')],
    ['connection failure', failure('connection failure', '08006')],
    ['too many connections', failure('sorry, too many clients already', '53300')],
    ['its disk is full', failure('could not extend file', '53100')],
    ['stopped by the administrator', failure('terminating connection due to administrator command', '57P01')],
    ['another backend has crashed', failure('terminating connection because of crash of another server process', '57P02')],
    ['starting up', failure('the database system is starting up', '57P03')],
    ['the statement took too long', failure('canceling statement due to statement timeout', '57014')],
    ['the transaction idled too long', failure('terminating connection due to idle-in-transaction timeout', '25P03')],
    ['its disk fails', failure('could not read block', '58030')],
  ])('%s', (_, one) => {
    expect(isLedgerAway(one)).toBe(true);
  });

  test.each([
    ['a duplicate', failure('duplicate key value violates unique constraint', '23505')],
    ['a defect of ours', failure('relation "case" does not exist', '42P01')],
    ['another of ours', new TypeError('Cannot read properties of undefined')],
    ['a value that it cannot read', failure('invalid input syntax for type timestamp', '22007')],
    ['no error at all', 'ECONNRESET'],
  ])('not %s', (_, one) => {
    expect(isLedgerAway(one)).toBe(false);
  });

  test('a value that it cannot read is the caller’s', () => {
    expect(isBadValue(failure('invalid input syntax for type timestamp', '22007'))).toBe(true);
    expect(isBadValue(failure('duplicate key value', '23505'))).toBe(false);
  });
});
