import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/parts/**'],
    globalSetup: 'test/servers.ts',
    // Two workers beside PostgreSQL and Temporal are what a small machine carries without timing out.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 180_000,
    // What comes as news is there within a moment, on a busy machine a long one.
    expect: { poll: { timeout: 15_000 } },
  },
});
