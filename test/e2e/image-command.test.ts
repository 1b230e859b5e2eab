/** `image` with tools that are not the real ones: what is run, in which order, and what follows a failure. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLab } from '../support/lab-process.js';

/** A search path with nothing but these programs. */
function pathOf(programs: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-tools-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

async function image(args: readonly string[], programs: Readonly<Record<string, string>>) {
  const lab = startLab(['image', ...args], { env: { PATH: pathOf(programs) } });
  const { code } = await lab.ended;
  return { code, output: lab.output() };
}

const SAYS_SO = 'echo "${0##*/} did: $*"';

describe('image', () => {
  it('builds with what is there, loads into the cluster and says how to use it', async () => {
    const { code, output } = await image(['--context', 'kind-lab'], {
      podman: SAYS_SO,
      kind: SAYS_SO,
    });
    expect(code).toBe(0);
    expect(output).toMatch(
      /podman did: build --file sample-service\/Dockerfile.*podman did: save .*image\.tar.*kind did: load image-archive .*image\.tar --name lab.*--image hpa-lab\/sample-service/s,
    );
  });

  it('stops at the first command that fails', async () => {
    const { code, output } = await image(['--context', 'kind-lab'], {
      docker: 'echo no space left >&2; exit 7',
      kind: SAYS_SO,
    });
    expect(code).toBe(3);
    expect(output).toContain('no space left');
    expect(output).toMatch(/docker build .*: exit code 7/);
    expect(output).not.toContain('kind did');
  });

  it.each([
    ['no tool at all', [], {}, 3, /found none of docker, podman, nerdctl/],
    ['no kind', ['--context', 'kind-lab'], { docker: SAYS_SO }, 3, /not on the PATH: kind/],
    ['a cluster elsewhere', ['--context', 'prod'], { docker: SAYS_SO }, 2, /--push/],
  ] as const)('refuses %s before anything is built', async (...[, args, programs, exit, says]) => {
    const { code, output } = await image(args, programs);
    expect(code).toBe(exit);
    expect(output).toMatch(says);
    expect(output).not.toContain('did: build');
  });
});
