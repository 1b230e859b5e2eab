import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workerJob } from '../../src/cluster/kubernetes/worker-job.js';
import { LAB_IMAGE } from '../../src/cluster/worker-image.js';
import { packageRoot } from '../../src/process/package-root.js';

const ROOT = packageRoot();
const FILES = ['Dockerfile', 'sample-service/Dockerfile'];

describe.each(FILES)('%s', (file) => {
  const lines = linesOf(file);
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));

  it('copies only what is there and what the build is given', () => {
    const given = linesOf(`${file}.dockerignore`).flatMap((line) =>
      line.startsWith('!') ? [line.slice(1)] : [],
    );

    expect(copied.length).toBeGreaterThan(3);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect([...new Set(copied)].toSorted()).toEqual(given.toSorted());
  });

  it('runs as nobody in particular, from the version of Node that both are pinned to', () => {
    expect(lines).toContain('USER 1000:1000');
    expect(lines).toContain('ARG NODE_IMAGE=node:24.21.0-bookworm-slim');
  });
});

describe("the lab's image", () => {
  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

    expect(LAB_IMAGE).toBe(`hpa-lab/hpa-lab:${version}`);
  });

  it('starts the command line, whose command the Job of load workers names', () => {
    const job = workerJob({
      namespace: 'n',
      name: 'n',
      labels: {},
      count: 1,
      image: LAB_IMAGE,
      lifeMs: 1,
    });
    const [command = ''] = job.spec?.template.spec?.containers[0]?.args ?? [];
    const commandLine = readFileSync(join(ROOT, 'src', 'cli.ts'), 'utf8');

    expect(linesOf('Dockerfile').at(-1)).toBe('ENTRYPOINT ["node", "dist/cli.js"]');
    expect(commandLine).toContain(`'${command}': async`);
  });
});

function linesOf(file: string): readonly string[] {
  return readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
