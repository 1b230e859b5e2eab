import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './test/support/closing-line-reporter.js';

/**
 * Two projects: `unit` needs nothing but this process and takes no real time; `e2e` starts real
 * processes on loopback, one file at a time because they share the machine's cores.
 */
export default defineConfig({
  test: {
    reporters: ['default', new ClosingLineReporter()],
    projects: [
      {
        test: {
          name: 'unit',
          // nothing in them changes what others see, and loading the modules anew for each file took most of the time
          isolate: false,
          include: [
            'test/{unit,property,golden}/**/*.test.ts',
            'test/contract/**/*.unit.test.ts',
            'sample-service/test/unit/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'e2e',
          include: [
            'test/e2e/**/*.test.ts',
            'test/contract/**/*.e2e.test.ts',
            'sample-service/test/e2e/**/*.test.ts',
          ],
          fileParallelism: false,
          // of the tests that say they may run beside others: more would keep each other waiting
          maxConcurrency: 3,
          // real time on machines that others use too: what fails twice in a row is a fault
          retry: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
