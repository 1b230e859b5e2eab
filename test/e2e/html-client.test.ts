/** The scripts of the HTML report are plain JavaScript: the compiler holds them to the types in their comments. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/process/package-root.js';

it('the scripts of the HTML report have no fault of type', () => {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(typescript, '../bin/tsc');

  const { stdout, status } = spawnSync(
    process.execPath,
    [tsc, '-p', 'src/report/html/client', '--pretty', 'false'],
    { cwd: packageRoot(), encoding: 'utf8' },
  );

  expect(stdout).toBe('');
  expect(status).toBe(0);
});
