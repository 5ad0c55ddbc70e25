import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('who imports whom (design §3)', () => {
  interface Cruised {
    summary: { violations: { rule: { name: string }; from: string; to: string }[]; ruleSetUsed: { forbidden: { name: string }[] } };
  }

  function cruise(folder: string): Cruised['summary'] {
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const options = ['--config', join(root, '.dependency-cruiser.js'), '--preserve-symlinks', '--output-type', 'json'];
    const cruised: Cruised = JSON.parse(
      execFileSync(process.execPath, [program, '.', ...options], { cwd: folder, encoding: 'utf8', maxBuffer: 100_000_000 }),
    );
    return cruised.summary;
  }
  const words = ({ violations }: Cruised['summary']) => violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();

  test('this repository keeps the rules', () => {
    expect(words(cruise(root))).toEqual([]);
  });

  /** A small town that keeps every rule. */
  const sound: Record<string, string> = {
    'package.json': JSON.stringify({
      type: 'module',
      dependencies: { zod: '*', '@temporalio/workflow': '*' },
      devDependencies: { vitest: '*' },
    }),
    'tsconfig.json': readFileSync(join(root, 'tsconfig.json'), 'utf8'),
    'config/settings.ts': "import 'zod'; import '../activities/ledger/canonical.js'; import type {} from '../workflows/loan/contract.js';",
    'activities/directory/port.ts': 'export interface Port {}',
    'activities/directory/ldap.ts': "import type {} from './port.js'; import type {} from '../ledger/postgres.js'; import 'zod';",
    'activities/ledger/port.ts': "import type {} from '../directory/port.js';",
    'activities/ledger/canonical.ts': "import 'node:crypto';",
    'activities/ledger/activities.ts': "import type {} from './port.js';",
    'activities/ledger/postgres.ts': "import './canonical.js';",
    'workflows/shared/case.ts': "import '@temporalio/workflow'; import type {} from '../../activities/ledger/activities.js';",
    'workflows/loan/contract.ts': "import '@temporalio/workflow'; import type {} from './rules.js';",
    'workflows/loan/rules.ts':
      "import '../shared/case.js'; import type {} from './contract.js'; import type {} from '../../activities/ledger/port.js';",
    'workflows/loan/workflow.ts': "import './rules.js'; import './contract.js';",
    'worker/main.ts':
      "import '../activities/directory/ldap.js'; import '../config/settings.js'; import '../activities/ledger/postgres.js';",
    'api/app.ts':
      "import 'zod'; import '../workflows/loan/contract.js'; import '../workflows/loan/rules.js'; import type {} from '../workflows/loan/workflow.js';",
    'api/main.ts': "import './app.js'; import '../activities/directory/ldap.js'; import '../activities/directory/port.js';",
    'embedded/directory-main.ts': "import '../config/settings.js';",
    'test/case.test.ts': "import 'vitest'; import '../activities/directory/ldap.js';",
  };

  /** What breaks each rule; nothing else is wrong with these files. */
  const planted: Record<string, { files: Record<string, string>; says: string[] }> = {
    'no-circle': {
      files: { 'cli/one.ts': "import './two.js';", 'cli/two.ts': "import './one.js';" },
      says: ['cli/one.ts → cli/two.ts'],
    },
    'no-orphan': { files: { 'api/alone.ts': 'export const alone = 1;' }, says: ['api/alone.ts → api/alone.ts'] },
    'nothing-unresolved': { files: { 'cli/lost.ts': "import './nowhere.js';" }, says: ['cli/lost.ts → ./nowhere.js'] },
    'nothing-for-tests-in-the-product': { files: { 'cli/trial.ts': "import 'vitest';" }, says: ['cli/trial.ts → node_modules/vitest/'] },
    'the-product-stands-without-trials-and-town': {
      files: { 'worker/town.ts': "import '../embedded/people.js';", 'embedded/people.ts': "import 'node:fs';" },
      says: ['worker/town.ts → embedded/people.ts'],
    },
    'rules-are-pure': {
      files: { 'workflows/day/rules.ts': "import './contract.js';", 'workflows/day/contract.ts': "import '@temporalio/workflow';" },
      says: ['workflows/day/rules.ts → workflows/day/contract.ts'],
    },
    'workflows-know-activities-by-type-only': {
      files: { 'workflows/day/workflow.ts': "import '../../activities/ledger/port.js';" },
      says: ['workflows/day/workflow.ts → activities/ledger/port.ts'],
    },
    'workflows-run-in-the-sandbox': {
      files: { 'workflows/shared/file.ts': "import 'node:fs'; import '../../config/settings.js';" },
      says: ['workflows/shared/file.ts → fs', 'workflows/shared/file.ts → config/settings.ts'],
    },
    'api-knows-ports-only': {
      files: { 'api/lists.ts': "import '../activities/ledger/activities.js';" },
      says: ['api/lists.ts → activities/ledger/activities.ts'],
    },
    'api-does-not-run-workflows': {
      files: { 'api/run.ts': "import '../workflows/loan/workflow.js';" },
      says: ['api/run.ts → workflows/loan/workflow.ts'],
    },
    'adapters-meet-in-entry-points': {
      files: { 'worker/create.ts': "import '../activities/directory/ldap.js';" },
      says: ['worker/create.ts → activities/directory/ldap.ts'],
    },
    'adapters-do-not-know-each-other': {
      files: { 'activities/mail/smtp.ts': "import '../directory/ldap.js';" },
      says: ['activities/mail/smtp.ts → activities/directory/ldap.ts'],
    },
    'one-planner-knows-the-solver': {
      files: { 'cli/solve.ts': "import 'highs';" },
      says: ['cli/solve.ts → node_modules/highs/'],
    },
    'checkers-share-no-code': {
      files: {
        'tours/day-check-main.ts': "import 'node:fs'; import '../config/settings.js';",
        'activities/planner/check.ts': "import '../ledger/canonical.js';",
      },
      says: ['tours/day-check-main.ts → config/settings.ts', 'activities/planner/check.ts → activities/ledger/canonical.ts'],
    },
    'config-knows-nobody': {
      files: { 'config/rules.ts': "import '../workflows/loan/rules.js';" },
      says: ['config/rules.ts → workflows/loan/rules.ts'],
    },
    'zod-at-the-edges': { files: { 'worker/shape.ts': "import 'zod';" }, says: ['worker/shape.ts → node_modules/zod/'] },
    'entry-points-are-started': { files: { 'worker/again.ts': "import './main.js';" }, says: ['worker/again.ts → worker/main.ts'] },
  };

  const folder = mkdtempSync(join(tmpdir(), 'architecture-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let found: Cruised['summary'];
  beforeAll(() => {
    const files = Object.values(planted).reduce((all, { files }) => Object.assign(all, files), { ...sound });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    found = cruise(folder);
  });

  test.each(Object.keys(planted))('%s: a violation is found', (rule) => {
    const says = words({ ...found, violations: found.violations.filter(({ rule: { name } }) => name === rule) });
    expect(says).toHaveLength(planted[rule]?.says.length ?? 0);
    for (const line of planted[rule]?.says ?? []) expect(says.some((one) => one.startsWith(`${rule}: ${line}`))).toBe(true);
  });

  test('every rule is shown to bite', () => {
    expect(found.ruleSetUsed.forbidden.map(({ name }) => name).sort()).toEqual(Object.keys(planted).sort());
  });

  test('a sound town is left alone', () => {
    expect(found.violations.filter(({ from }) => from in sound)).toEqual([]);
  });
});

describe('what is not in a workflow', () => {
  let rules: (string | null)[];
  beforeAll(async () => {
    const planted = `
      import { readFileSync } from 'node:fs';
      import { defineUpdate, setHandler } from '@temporalio/workflow';
      import { createInventoryActivities } from '../../activities/inventory/activities.js';
      const step = defineUpdate<void, [string]>('step');
      export async function planted(): Promise<string> {
        setHandler(step, (): void => undefined, { validator: async (): Promise<void> => { await Promise.resolve(); } });
        Promise.resolve('nobody waits for it');
        console.log(readFileSync('/etc/hostname'), createInventoryActivities);
        setInterval(() => undefined, 1_000);
        const host = [process.pid, new Intl.Collator(), new Date().getHours(), 'a'.localeCompare('b'), crypto.randomUUID()];
        return (await fetch(\`http://\${process.env.HOST}/\${host}\`)).text();
      }`;
    const [report] = await new ESLint({ cwd: root }).lintText(planted, { filePath: join(root, 'workflows/device-loan/workflow.ts') });
    rules =
      report?.messages.map(
        ({ ruleId, line, message }) =>
          `${line - 1} ${ruleId}${/globals|properties/.test(ruleId ?? '') ? `: ${message.split("'")[1]}` : ''}`,
      ) ?? [];
  }, 60_000);

  test.each([
    ['a Node module', '1 temporal/workflow-no-node-or-dom-imports'],
    ['an activity by value', '3 temporal/workflow-no-activity-definitions-import'],
    ['an asynchronous validator', '6 no-restricted-syntax'],
    ['a promise that nobody waits for', '7 @typescript-eslint/no-floating-promises'],
    ['the console', '8 temporal/workflow-no-console'],
    ['an interval', '9 temporal/workflow-no-setinterval'],
    ['the process', '10 no-restricted-globals: process'],
    ['words in the order of the host', '10 no-restricted-globals: Intl'],
    ['hours in the zone of the host', '10 no-restricted-properties: getHours'],
    ['comparison in the locale of the host', '10 no-restricted-properties: localeCompare'],
    ['randomness of the host', '10 no-restricted-globals: crypto'],
    ['the network', '11 no-restricted-globals: fetch'],
    ['the environment', '11 temporal/workflow-no-process-env'],
  ])('%s', (_, rule) => expect(rules).toContain(rule));
});

describe('time and environment', () => {
  const product = ['config', 'workflows', 'activities', 'worker', 'api', 'cli', 'embedded'];
  const sources = product.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/${path}`),
  );

  /** Every place where the host's time or environment, or the database's time, is read. */
  function readings(path: string, text: string): string[] {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      const word = reads(node);
      if (word) found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${word}`);
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  }

  function reads(node: ts.Node): string | undefined {
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'Date.now') return 'Date.now';
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'Date' && !node.arguments?.length)
      return 'new Date()';
    if (ts.isPropertyAccessExpression(node) && /^(globalThis\.)?process\.env$/.test(node.getText())) {
      // Handing the whole of it on to a child process reads nothing.
      return ts.isSpreadAssignment(node.parent) ? undefined : 'process.env';
    }
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      return /\b(now|(clock|statement|transaction)_timestamp)\s*\(\s*\)|\bcurrent_(timestamp|date|time)\b/i.exec(node.text)?.[0];
    return undefined;
  }

  /** The clocks, and the environment's one door. */
  const allowed: Record<string, string[]> = {
    'activities/ledger/clock.ts': ['new Date()'],
    'workflows/shared/case.ts': ['Date.now'], // Temporal's time, to which the case adds the town's offset.
    'config/': ['process.env'],
  };

  test('there is something to look at', () => expect(sources.length).toBeGreaterThan(40));

  test('only the clocks know what time it is, only config/ what is in the environment', () => {
    const found = sources.flatMap((path) => readings(path, readFileSync(join(root, path), 'utf8')));
    const isAllowed = (line: string) =>
      Object.entries(allowed).some(([path, words]) => line.startsWith(path) && words.some((word) => line.endsWith(`: ${word}`)));
    expect(found.filter((line) => !isAllowed(line))).toEqual([]);
  });

  test.each([
    ['const a = Date.now();', 'Date.now'],
    ['const a = new Date();', 'new Date()'],
    ['const a = Date();', 'new Date()'],
    ['const a = { since: process.env.HOME };', 'process.env'],
    ['const { HOME } = process.env;', 'process.env'],
    ['read(process.env);', 'process.env'],
    ['const a = sql`select now()`;', 'now()'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source of a template.
    ['const a = sql`update cases set seq = ${seq}, changed_at = NOW ( ) where true`;', 'NOW ( )'],
    ["column('at', 'timestamptz', (c) => c.defaultTo(sql`CURRENT_TIMESTAMP`));", 'CURRENT_TIMESTAMP'],
    ["const a = 'select clock_timestamp()';", 'clock_timestamp()'],
  ])('%s is found', (text, word) => expect(readings('planted.ts', text)).toEqual([`planted.ts:1: ${word}`]));

  test.each([
    'const a = new Date(clock.now());',
    'const a = clock.now();',
    'spawn(program, [], { env: { ...process.env, PORT: port } });',
    '// Date.now() would be the wrong clock.',
    'const a = performance.now();',
  ])('%s is left alone', (text) => expect(readings('planted.ts', text)).toEqual([]));
});
