/** Who may import whom (design §3). `test/architecture.test.ts` holds these rules in `npm test`, and shows for each that it bites. */
const entryPoints = '^(worker|api)/main\\.ts$|^(cli|embedded)/';
const trials = '^(test|tours|bench)/|^[^/]+\\.(ts|js|mjs)$';
/**
 * Under activities/, what belongs to no product: the port, the activities around it, who acts for whom, the ledger's canonical form, its word for being away, its marks,
 * and how a CSV file is read.
 */
const open = '/(port|activities|acting|canonical|away|marks|csv)\\.ts$';
const adapter = { path: '^activities/', pathNot: open };
const values = { dependencyTypesNot: ['type-only'] };

const forbidden = [
  {
    name: 'no-circle',
    comment: 'Two files that need each other to run are one; types may refer to each other.',
    from: {},
    to: { circular: true, viaOnly: values },
  },
  {
    name: 'no-orphan',
    comment: 'Nobody imports it, and it is no entry point.',
    from: { orphan: true, pathNot: ['^[^/]+$', '-main\\.ts$', '/main\\.ts$', '\\.mjs$', '^test/', '^activities/ledger/migrations/'] },
    to: {},
  },
  {
    name: 'nothing-unresolved',
    comment: 'A package that is not in package.json, or a file that is not there.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'nothing-for-tests-in-the-product',
    comment: 'devDependencies are not installed in production.',
    from: { pathNot: trials },
    to: { dependencyTypes: ['npm-dev'], ...values, pathNot: '^node_modules/@types/' },
  },
  {
    name: 'the-product-stands-without-trials-and-town',
    comment: 'Tests, tours, benchmarks and the town use the product; it knows nothing of them.',
    from: { path: '^(config|workflows|activities|worker|api|cli)/' },
    to: { path: '^(embedded|test|tours|bench)/' },
  },
  {
    name: 'rules-are-pure',
    comment: 'rules.ts, and a questionnaire’s, imports types and shared/ only, so that the API and the tests judge by it without Temporal.',
    from: { path: '^workflows/.+/(rules|questionnaire)\\.ts$' },
    to: { pathNot: '^workflows/shared/', ...values },
  },
  {
    name: 'workflows-know-activities-by-type-only',
    comment: 'An activity value drags its adapter into the sandbox.',
    from: { path: '^workflows/' },
    to: { path: '^activities/', ...values },
  },
  {
    name: 'workflows-run-in-the-sandbox',
    comment: 'What is bundled is replayed: no Node, no zod (17 times the memory per cached workflow), nothing that follows the host.',
    from: { path: '^workflows/' },
    to: { pathNot: ['^workflows/', '^activities/', '^node_modules/(@temporalio/(workflow|common)|temporal-polyfill)/'], ...values },
  },
  {
    name: 'api-knows-ports-only',
    comment:
      'The API reaches products through the same ports as the workflows, and judges by them who acts for whom; only its main puts adapters behind them.',
    from: { path: '^api/', pathNot: '^api/main\\.ts$' },
    to: { path: '^activities/', pathNot: '/(port|acting|canonical|away)\\.ts$' },
  },
  {
    name: 'api-does-not-run-workflows',
    comment: 'Contract and rules are for everybody, a workflow function only as a type.',
    from: { path: '^api/' },
    to: { path: '^workflows/', pathNot: '/(contract|rules|questionnaire)\\.ts$|^workflows/shared/', ...values },
  },
  {
    name: 'adapters-meet-in-entry-points',
    comment: 'Which product stands behind a port is decided in one place per process.',
    from: { pathNot: [entryPoints, trials, '^activities/'] },
    to: { ...adapter, ...values },
  },
  {
    name: 'adapters-do-not-know-each-other',
    comment: 'An activity that needs another product takes its port. (The built-in inventory is the ledger, by type.)',
    from: { path: '^activities/([^/]+)/' },
    to: { ...adapter, pathNot: ['^activities/$1/', open], ...values },
  },
  {
    name: 'config-knows-nobody',
    comment: 'Everybody reads the settings; they read types at most, and the canonical form for hashes.',
    from: { path: '^config/' },
    to: { path: '^(workflows|activities|worker|api|cli|embedded)/', pathNot: '/canonical\\.ts$', ...values },
  },
  {
    name: 'zod-at-the-edges',
    comment: 'Inside, types are enough.',
    from: { pathNot: ['^(config|api|activities)/', trials, '^node_modules/'] },
    to: { path: '^node_modules/(zod|zod-openapi)/' },
  },
  {
    name: 'one-planner-knows-the-solver',
    comment: 'Who plans asks the planner, which checks what the solver says; and it computes for seconds, which no workflow task may.',
    from: { path: '^(config|workflows|activities|worker|api|cli|embedded|tours|bench)/', pathNot: '^activities/planner/solver\\.ts$' },
    to: { path: '^node_modules/highs/' },
  },
  {
    name: 'checkers-share-no-code',
    comment: 'Two programs that are wrong in the same way would agree.',
    from: { path: '^tours/([a-z]+-check-main|check-directory)\\.ts$|^activities/planner/check\\.ts$' },
    to: { pathNot: ['^tours/check-directory\\.ts$', '^activities/planner/port\\.ts$', '(^|/)node_modules/', '^(node:)?[a-z/]+$'] },
  },
  {
    name: 'entry-points-are-started',
    comment: 'A main opens connections when it is imported.',
    from: {},
    to: { path: ['^(worker|api|cli|embedded|tours|bench)/main\\.ts$', '^embedded/[a-z]+-main\\.ts$'] },
  },
];

export default {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    exclude: { path: '^(dist|coverage)/' },
    doNotFollow: { path: '^node_modules/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
