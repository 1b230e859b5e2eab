/** What machine a run took place on. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fieldOf } from '../core/json.js';
import type { Environment } from '../timeline/record.js';
import { packageRoot } from '../process/package-root.js';

/** This machine's part of the environment; what cannot be found out is absent. */
export function machineEnvironment(): Pick<
  Environment,
  'labVersion' | 'nodeVersion' | 'platform' | 'cores' | 'memoryBytes' | 'gitRevision'
> {
  const gitRevision = revision();
  return {
    labVersion: labVersion(),
    nodeVersion: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    ...(gitRevision === undefined ? {} : { gitRevision }),
  };
}

/** The version in the lab's own package.json. */
export function labVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return String(fieldOf(content, 'version'));
}

/** The revision of the lab's own folder, with `-dirty` when it has changes; absent without git. */
function revision(): string | undefined {
  try {
    const text = execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2_000,
      cwd: packageRoot(),
    });
    return text.trim();
  } catch {
    return undefined; // no git, no repository or no commit: the revision is not known
  }
}
