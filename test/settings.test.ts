import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import { fc, test as property } from '@fast-check/vitest';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '../config/settings.js';

const least = {
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  DATABASE_URL: 'postgres://telework:pl4nted-database@127.0.0.1:5432/telework',
  DIRECTORY_URL: 'ldap://127.0.0.1:389',
  DIRECTORY_BASE_DN: 'dc=example,dc=jp',
  MAIL_URL: 'smtp://telework:pl4nted-mail@127.0.0.1:25',
  KEY_SECRET: 'pl4nted-key-of-thirty-two-letters',
};

/** What the settings are refused for. */
function problems(settings: Readonly<Record<string, string>>): readonly string[] {
  try {
    readSettings(settings);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('reading', () => {
  test('the least that is needed; the rest has defaults', () => {
    expect(readSettings(least)).toMatchObject({
      TEMPORAL_NAMESPACE: 'default',
      DATABASE_POOL: 10,
      DIRECTORY_PRESET: 'openldap',
      DIRECTORY_STARTTLS: false,
      API_HOST: '127.0.0.1',
      API_PORT: 8080,
      POLICY_PACK: 'oyama',
      TOWN_CLOCK: false,
    });
  });

  test('an empty variable counts as absent, and other variables are none of ours', () => {
    expect(readSettings({ ...least, API_PORT: '', METRICS_PORT: '', PATH: '/usr/bin' })).toEqual(readSettings(least));
  });

  test('numbers and flags become what they are', () => {
    const settings = readSettings({ ...least, API_PORT: '0', METRICS_PORT: '9090', DATABASE_POOL: '25', TOWN_CLOCK: 'true' });
    expect(settings).toMatchObject({ API_PORT: 0, METRICS_PORT: 9090, DATABASE_POOL: 25, TOWN_CLOCK: true });
  });

  test('a secret is what was given, to whoever asks for it', () => {
    expect(readSettings(least).DATABASE_URL.reveal()).toBe(least.DATABASE_URL);
  });
});

describe('what is wrong', () => {
  test('nothing set: everything that is missing is named at once', () => {
    expect(problems({})).toEqual(Object.keys(least).map((name) => `${name}: is missing`));
  });

  test('everything wrong: everything is named at once, also what does not fit together', () => {
    expect(
      problems({
        TEMPORAL_ADDRESS: 'http://127.0.0.1',
        DATABASE_URL: 'mysql://127.0.0.1/telework',
        DATABASE_POOL: '1',
        DIRECTORY_URL: 'ldaps://reader:secret@127.0.0.1',
        DIRECTORY_PRESET: 'nds',
        DIRECTORY_BASE_DN: 'dc',
        DIRECTORY_BIND_DN: 'cn=reader,dc=example,dc=jp',
        DIRECTORY_STARTTLS: 'true',
        MAIL_URL: 'http://127.0.0.1',
        MAIL_FROM: 'nobody',
        API_PORT: '65536',
        API_PUBLIC_URL: 'telework.example.jp',
        API_TRUSTED_PROXIES: 'one',
        KEY_SECRET: 'short',
        METRICS_PORT: '9090.5',
        LOG_LEVEL: 'loud',
        TOWN_CLOCK: 'yes',
      }),
    ).toEqual([
      'TEMPORAL_ADDRESS: must be host:port',
      'DATABASE_URL: must be a URL of scheme postgres or postgresql',
      'DATABASE_POOL: must be at least 2',
      'DIRECTORY_URL: must not hold a user or password',
      'DIRECTORY_PRESET: Invalid option: expected one of "openldap"|"ad"',
      'DIRECTORY_BASE_DN: Too small: expected string to have >=3 characters',
      'MAIL_URL: must be a URL of scheme smtp or smtps',
      'MAIL_FROM: must be an address, or a name with an address in angle brackets',
      'API_PORT: must be at most 65535',
      'API_PUBLIC_URL: must be a URL of scheme http or https',
      'API_TRUSTED_PROXIES: must be a whole number',
      'KEY_SECRET: must have at least 32 characters',
      'METRICS_PORT: must be a whole number',
      'LOG_LEVEL: Invalid option: expected one of "trace"|"debug"|"info"|"warn"|"error"|"fatal"|"silent"',
      'TOWN_CLOCK: Invalid option: expected one of "true"|"false"',
      'DIRECTORY_BIND_PASSWORD: is needed with DIRECTORY_BIND_DN (RFC 4513 §5.1.2: an empty password binds as nobody)',
      'DIRECTORY_STARTTLS: does not go with an ldaps:// address, which is TLS already',
    ]);
  });

  test.each([' ', '1e3', '0x1F90', '-1', '８０８０', '99999999999999999999'])('API_PORT %j is not read as a number', (value) => {
    expect(problems({ ...least, API_PORT: value })).toEqual(['API_PORT: must be a whole number']);
  });

  test.each(['127.0.0.1', '127.0.0.1:', ':7233', 'temporal:99999', 'temporal:7233/x', 'user@temporal:7233', 'http://temporal:7233'])(
    'TEMPORAL_ADDRESS %j is not an address',
    (value) => expect(problems({ ...least, TEMPORAL_ADDRESS: value })).toEqual(['TEMPORAL_ADDRESS: must be host:port']),
  );

  test.each(['テレワーク事務局 <telework@example.jp>', 'telework@example.jp'])('MAIL_FROM may be %s', (value) => {
    expect(problems({ ...least, MAIL_FROM: value })).toEqual([]);
  });

  test('MAIL_FROM cannot smuggle a header in', () => {
    expect(problems({ ...least, MAIL_FROM: 'a\r\nBcc: b <telework@example.jp>' })).toHaveLength(1);
  });

  property.prop([
    fc.dictionary(fc.constantFrom(...Object.keys(least), 'API_PORT', 'DIRECTORY_BIND_DN', 'MAIL_FROM', 'LOG_LEVEL'), fc.string()),
  ])('whatever is set: settings, or problems that name variables', (settings) => {
    for (const problem of problems(settings)) expect(problem).toMatch(/^[A-Z_]+: /);
  });
});

describe('secrets never show', () => {
  const settings = readSettings({ ...least, DIRECTORY_BIND_DN: 'cn=reader', DIRECTORY_BIND_PASSWORD: 'pl4nted-directory' });

  test('not printed, in whichever way', () => {
    const printed = [
      inspect(settings, { depth: null, showHidden: true, getters: true }),
      format('%s %o %O %j', settings.KEY_SECRET, settings, settings, settings),
      JSON.stringify(settings),
      `${settings.MAIL_URL}${String(settings.KEY_SECRET)}`,
      JSON.stringify({ ...settings.KEY_SECRET }),
      inspect(new Error('failed', { cause: settings })),
      Object.entries(settings.KEY_SECRET).join(),
      Reflect.ownKeys(settings.KEY_SECRET).join(),
    ].join('\n');
    expect(printed).not.toContain('pl4nted');
    expect([inspect(settings.KEY_SECRET), JSON.stringify(settings.KEY_SECRET), String(settings.KEY_SECRET)]).toEqual([
      '***',
      '"***"',
      '***',
    ]);
  });

  test('not written by the console or the log', () => {
    const written = new PassThrough();
    const console = new Console(written, written);
    console.log(settings, settings.KEY_SECRET);
    console.dir(settings, { showHidden: true });
    console.table([settings]);
    pino({ level: 'info' }, written).info({ settings, key: settings.KEY_SECRET }, 'started with %s', settings.DATABASE_URL);
    const text = String(written.read());
    expect(text).toContain('started with');
    expect(text).not.toContain('pl4nted');
  });

  test.each(Object.keys(least))('not in the error when %s is wrong, nor its neighbours', (name) => {
    for (const value of ['pl4nted', 'pl4nted://pl4nted:pl4nted@host', 'pl4nted'.repeat(500)]) {
      try {
        readSettings({ ...least, [name]: value, LOG_LEVEL: 'loud' });
        expect.unreachable();
      } catch (error) {
        expect(inspect(error, { depth: null, showHidden: true })).not.toContain('pl4nted');
      }
    }
  });
});
