import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** A package that must not be installed, from one version on (else from the first) and below another (else for good), and the advisory that says why. */
interface Denied {
  name: string;
  from?: string;
  below?: string;
  advisory: string;
  /** What no user's process loads may be a witness in tests. */
  inTests?: true;
}

/**
 * `npm audit` needs a registry that answers it, which a mirror inside a city hall does not. So what was found once is held here: the run-time packages that
 * reach strangers' input, and those that were left out on purpose. A new advisory is a new line.
 */
const denied: readonly Denied[] = [
  { name: 'body-parser', from: '2.2.0', below: '2.2.1', advisory: 'GHSA-wqch-xfxh-vrr4: denial of service by URL-encoded bodies' },
  { name: 'esbuild', below: '0.25.0', advisory: 'GHSA-67mh-4wv8-2f99: any web page reads from the development server' },
  { name: 'kysely', below: '0.28.17', advisory: 'GHSA-pv5w-4p9q-p3v2: injection through JSON path keys' },
  { name: 'ldapjs', advisory: 'decommissioned in May 2024 with an open denial of service', inTests: true },
  { name: 'nodemailer', below: '9.0.1', advisory: 'GHSA-p6gq-j5cr-w38f: `raw` reads files although disableFileAccess is set' },
  { name: 'nodemailer', below: '9.1.1', advisory: 'GHSA-2x7j-588g-ccc2: denial of service by a crafted address list' },
  { name: 'nodemailer', below: '9.1.1', advisory: 'GHSA-cc9r-2j5m-2m83: mail to another domain than the one that was checked' },
  { name: 'path-to-regexp', from: '8.0.0', below: '8.4.0', advisory: 'CVE-2026-4926: denial of service by crafted paths' },
  { name: 'protobufjs', below: '7.5.6', advisory: 'GHSA-66ff-xgx4-vchm: code injection through defaults of bytes fields' },
  { name: 'protobufjs', from: '8.0.0', below: '8.0.1', advisory: 'GHSA-xq3m-2v4x-88gg: code injection through the types of a definition' },
  { name: 'qs', below: '6.16.0', advisory: 'GHSA-x5fp-wj9c-mxmx: arrayLimit bypassed' },
  { name: 'xlsx', advisory: 'GHSA-4r6h-8v6p-xvw6: prototype pollution, never mended on the registry' },
];

type Lock = { packages: Readonly<Record<string, { version?: string; name?: string; dev?: boolean }>> };

function findings({ packages }: Lock): readonly string[] {
  return Object.entries(packages).flatMap(([path, { version = '', name = path.split('node_modules/').at(-1), dev }]) =>
    denied
      .filter((one) => one.name === name && !(one.inTests && dev))
      .filter(({ from, below }) => (!from || !isBelow(version, from)) && (!below || isBelow(version, below)))
      .map(({ advisory }) => `${path}@${version}: ${advisory}`),
  );
}

const isBelow = (version: string, limit: string) => version.localeCompare(limit, 'en', { numeric: true }) < 0;

test('nothing is installed of which an advisory is known', () => {
  const lock: Lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
  expect(findings(lock)).toEqual([]);
});

test.each([
  ['qs', '6.15.3', true],
  ['qs', '6.16.0', false],
  ['qs', '6.9.0', true],
  ['protobufjs', '7.5.5', true],
  ['protobufjs', '7.5.6', false],
  ['protobufjs', '8.0.0', true],
  ['protobufjs', '8.8.1', false],
  ['body-parser', '1.20.3', false],
  ['xlsx', '0.20.3', true],
  ['nodemailer', '10.6.0', false],
])('%s %s is found: %s', (name, version, found) => {
  for (const path of [`node_modules/${name}`, `node_modules/other/node_modules/${name}`])
    expect(findings({ packages: { [path]: { version } } }).length > 0).toBe(found);
});

test('an alias does not hide a package', () => {
  expect(findings({ packages: { 'node_modules/tables': { name: 'xlsx', version: '0.18.5' } } })).toHaveLength(1);
});
