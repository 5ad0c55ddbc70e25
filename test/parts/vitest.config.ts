import { defineConfig } from 'vitest/config';

/** Adapters against real servers; `test/parts/install.sh` brings them. A server that is missing fails its tests and says so. */
export default defineConfig({
  test: {
    include: ['test/parts/**/*.test.ts'],
    pool: 'forks',
    // A domain controller takes a whole processor while it starts.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 300_000,
  },
});
