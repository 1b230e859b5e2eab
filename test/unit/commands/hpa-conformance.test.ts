import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { hpaConformance } from '../../../src/commands/hpa-conformance.js';
import { LabError } from '../../../src/core/errors.js';
import { fieldOf, isRecord } from '../../../src/core/json.js';
import { seededRandom } from '../../../src/core/random.js';

const vectors = (name: string): string =>
  fileURLToPath(new URL(`../../vectors/${name}`, import.meta.url));
const FILES = [vectors('hpa-v1.36.jsonl.gz'), vectors('hpa-v1.36-scale-to-zero.jsonl.gz')];
const folder = mkdtempSync(join(tmpdir(), 'hpa-conformance-'));

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The first scenarios of the smaller file, as lines. */
const lines = gunzipSync(readFileSync(FILES[1] ?? ''))
  .toString('utf8')
  .split('\n')
  .slice(0, 3);

type Path = readonly string[];

function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  const paths: Path[] = [];
  for (const [name, each] of isRecord(value) ? Object.entries(value) : []) {
    const path = at.concat(name);
    paths.push(path, ...pathsOf(each, path));
  }
  return paths;
}

/** A copy with another value at a path. */
function replaced(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined) return by;
  const inner = replaced(fieldOf(value, name), rest, by);
  if (Array.isArray(value)) return value.with(Number(name), inner);
  return { ...(isRecord(value) ? value : {}), [name]: inner };
}

describe('the decisions of Kubernetes 1.36', () => {
  it.each([{ state: 'ours' }, { state: 'upstream' }] as const)(
    'are all ours too, with state carried over from $state outputs',
    async ({ state }) => {
      const printed: string[] = [];

      const exit = await hpaConformance(FILES, { state, print: (line) => printed.push(line) });

      expect(printed.at(-1)).toBe('12447 passed, 0 failed');
      expect(exit).toBe(0);
    },
    60_000,
  );
});

describe('hpaConformance', () => {
  it('reads plain files too, and prints where and how a step differs', async () => {
    const scenario = JSON.parse(lines[0] ?? '');
    scenario.steps[1].expect.scaleTo = 77;
    scenario.steps[2].expect.error = 'something else';
    const path = file('wrong.jsonl', `${JSON.stringify(scenario)}\n${lines[1]}\n`);
    const printed: string[] = [];

    const exit = await hpaConformance([path], { print: (line) => printed.push(line) });

    expect(exit).toBe(4);
    expect(printed[0]).toMatch(
      new RegExp(`^${scenario.name} step 1: scaleTo: expected 77, got (null|\\d+)$`),
    );
    expect(printed[1]).toMatch(
      new RegExp(`^${scenario.name} step 2: error: expected "something else", got "`),
    );
    expect(printed.at(-1)).toMatch(/^\d+ passed, 2 failed$/);
  });

  it('finds a wrong condition time, event, metric value and replica count', async () => {
    const scenario = JSON.parse(lines[0] ?? '');
    const written = scenario.steps.find(
      (step: { expect: { status: unknown; events: unknown[] } }) => step.expect.status !== null,
    );
    const { status } = written.expect;
    status.conditions[0].lastTransitionTime = '1999-01-01T00:00:00Z';
    status.desiredReplicas += 1;
    written.expect.events = [{ type: 'Normal', reason: 'Nothing', message: 'none' }];
    status.currentMetrics = [{ type: 'Resource', resource: { name: 'cpu', current: {} } }];
    const printed: string[] = [];
    const path = file('status.jsonl', JSON.stringify(scenario));

    await hpaConformance([path], { print: (line) => printed.push(line), state: 'ours' });

    const text = printed.join('\n');
    expect(text).toContain('.lastTransitionTime: expected "1999-01-01T00:00:00Z"');
    expect(text).toContain('desiredReplicas: expected');
    expect(text).toMatch(/events(\.length|\[0\])/);
    expect(text).toContain('currentMetrics[0]: expected');
  });

  it.each([
    {
      name: 'a line that is cut names its line',
      content: `${lines[0]}\n${lines[1]?.slice(0, 500)}`,
      message: /cut\.jsonl, line 2: /,
    },
    {
      name: 'a line that lacks its steps names its line and what is missing',
      content: `${lines[0]}\n${lines[1]}\n{"name":"x","controller":{"tolerance":0.1}}`,
      message:
        /cut\.jsonl, line 3: controller\.downscaleStabilizationSeconds: expected a number, got nothing;.*; hpa: expected a HorizontalPodAutoscaler, got nothing/,
    },
    {
      name: 'a quantity that is none names its line',
      content: (lines[0] ?? '').replaceAll(/"cpu":"\w+"/g, '"cpu":"many"'),
      message: /cut\.jsonl, line 1: expected a quantity such as 250m or 1Gi, got "many"/,
    },
  ])('$name', async ({ content, message }) => {
    const path = file('cut.jsonl', content);

    await expect(hpaConformance([path], { print: () => undefined })).rejects.toMatchObject({
      code: 'USAGE',
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });

  it('a compressed file that is cut names its line', async () => {
    const whole = gzipSync(`${lines.join('\n')}\n`);
    const path = file('cut.jsonl.gz', whole.subarray(0, Math.floor(whole.length / 2)));

    await expect(hpaConformance([path], { print: () => undefined })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/cut\.jsonl\.gz, line \d+: /),
    });
  });

  it.each([
    { name: 'no file', files: [] },
    { name: 'a file that is not there', files: ['/nowhere/at-all.jsonl'] },
    { name: 'a folder', files: [folder] },
    { name: 'an empty file', files: [file('empty.jsonl', '\n\n')] },
    { name: 'a compressed file that is empty', files: [file('empty.jsonl.gz', gzipSync(''))] },
    { name: 'a file that is not compressed, though named so', files: [file('no.gz', 'text')] },
  ])('$name is bad input', async ({ files }) => {
    await expect(hpaConformance(files, { print: () => undefined })).rejects.toMatchObject({
      exitCode: 2,
    });
  });

  it('passes over empty lines, fields that it does not know and nulls where nothing is', async () => {
    const scenario = JSON.parse(lines[0] ?? '');
    scenario.comment = { from: 'somewhere' };
    scenario.hpa.spec.extra = null;
    scenario.hpa.spec.behavior ??= null;
    for (const step of scenario.steps) {
      step.note = 1;
      step.customMetrics ??= null;
      step.pods ??= null;
      for (const pod of step.pods ?? []) {
        pod.metadata.deletionTimestamp ??= null;
        pod.spec.initContainers ??= null;
        pod.status.extra = [null];
      }
    }
    const printed: string[] = [];
    const path = file('odd.jsonl', `\n${JSON.stringify(scenario)}\r\n\n`);

    expect(await hpaConformance([path], { print: (line) => printed.push(line) })).toBe(0);

    expect(printed.at(-1)).toBe(`${scenario.steps.length} passed, 0 failed`);
  });

  it('names what is wrong in a line, whatever it is', async () => {
    const random = seededRandom(20_261_123);
    const odd = [null, '', 0, -1, 'x', {}, [], true, [null], { a: null }, '-5'];
    const whole = JSON.parse(lines[0] ?? '');
    const scenario = { ...whole, steps: whole.steps.slice(0, 2) };
    const places = pathsOf(scenario);
    let refused = 0;
    for (let round = 0; round < 200; round++) {
      const place = places[Math.floor(random.next() * places.length)] ?? [];
      const value = odd[Math.floor(random.next() * odd.length)];
      const path = file('fuzzed.jsonl', JSON.stringify(replaced(scenario, place, value)));

      try {
        await hpaConformance([path], { print: () => undefined });
      } catch (error) {
        const at = `${place.join('.')} = ${JSON.stringify(value)}`;
        expect(`${at}: ${error instanceof LabError ? error.message : String(error)}`).toMatch(
          /: \S+fuzzed\.jsonl(, line 1: .+|: expected at least one step, found none)$/,
        );
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(30);
  });
});
