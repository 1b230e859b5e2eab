/** `npm run cluster` starts from few files: they must be what was compiled, and find all that they start. */
import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = `${ROOT}/dist/bundle/cli.js`;

beforeAll(() => {
  const made = spawnSync(process.execPath, [`${ROOT}/tools/bundle.mjs`], { encoding: 'utf8' });
  expect(made).toMatchObject({ status: 0, stderr: '' });
});

it('is a cluster that answers, and whose processes start', async () => {
  const child = `
    const { readFileSync } = require('node:fs');
    process.stdout.write(/server: .*/.exec(readFileSync(process.env.KUBECONFIG, 'utf8'))[0]);
    process.exit(7)`;
  const { code, output } = await run(['cluster', '--quiet', '--', process.execPath, '-e', child]);
  expect(output).toMatch(/^server: "?https:\/\/127\.0\.0\.1:\d+"?$/);
  expect(code).toBe(7);
});

it('tells faults of flags as ever, with their exit code', async () => {
  const { code, output } = await run(['cluster', '--seed', 'x']);
  expect(output).toMatch(/error USAGE: .*--seed: expected a whole number/s);
  expect(code).toBe(2);
});

async function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output: stdout + stderr };
}
