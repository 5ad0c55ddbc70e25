import temporal from 'eslint-plugin-temporal';
import tseslint from 'typescript-eslint';

/**
 * What biome cannot see: promises that nobody waits for, anywhere; and in workflows/ whatever makes a replay differ from the first run. `Date.now()`,
 * `Math.random()` and timers are not forbidden there: the SDK's sandbox makes them deterministic.
 */
export default tseslint.config(
  { ignores: ['dist/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  { files: ['workflows/**/*.ts'], ...temporal.configs.strict },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'temporal/workflow-condition-timeout-style': 'off', // Cases wait for people; their deadlines are the procedure's.
      'temporal/workflow-no-continue-as-new-without-state-argument': 'off', // `continueAsNew<typeof workflow>` asks for the arguments by type.
      'temporal/workflow-no-floating-promises': 'off', // Done by type above; this one takes `setHandler` for a promise.
      'temporal/workflow-no-throw-raw-error': 'off', // A plain Error is a defect: it stops the task until it is mended, and fails no case.
      'temporal/workflow-prefer-single-object-args': 'off', // Takes every exported function for a workflow.
      'temporal/workflow-replay-testing-required-comment': 'off', // The tests replay every history; a comment proves nothing.
      'temporal/workflow-require-explicit-payload-types': 'off', // Also asks for the arguments of messages that have none.
      'no-restricted-syntax': [
        'error',
        ...['Property[key.name="validator"] > ', 'VariableDeclarator[id.name=/validator$/i] > ', '[id.name=/validator$/i]'].map(
          (place) => ({
            selector: `${place}:function[async=true]`,
            message: 'A validator is not awaited: an asynchronous one lets everything pass and jams the workflow.',
          }),
        ),
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'fetch', 'crypto', 'performance', 'require'].map((name) => ({
          name,
          message: 'is of the host, not of the workflow: ask an activity.',
        })),
        { name: 'Intl', message: 'changes with the ICU of the Node release: resolve it in an activity and keep the result.' },
      ],
      'no-restricted-properties': [
        'error',
        ...['getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'getTimezoneOffset'].map((property) => ({
          property,
          message: "follows the host's time zone: use temporal-polyfill and Asia/Tokyo.",
        })),
        ...['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'localeCompare'].map((property) => ({
          property,
          message: "follows the host's locale and ICU.",
        })),
      ],
    },
  },
);
