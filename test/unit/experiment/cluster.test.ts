import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import { formatFault } from '../../../src/experiment/fault.js';
import { parseExperiment } from '../../../src/experiment/parse.js';

const SPIKE = readFileSync('experiments/spike.yaml', 'utf8');

function read(text: string): ReturnType<typeof parseExperiment> {
  return parseExperiment(text, {
    fileName: 'x.yaml',
    resolvePath: (path) => `/abs/${path}`,
    measures: MEASURES,
  });
}

function faultsOf(text: string): readonly string[] {
  const parsed = read(text);
  return parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];
}

/** The spike without its manifests, on a workload that is there. */
const EXISTING = SPIKE.replace(/^manifests:.*$/m, '')
  .replace(
    /^underTest:\n {2}deployment: \S+.*$/m,
    'underTest: { deployment: shop, existing: true }',
  )
  .concat('\ntarget: kubernetes\nnamespace: shop\n');

describe('the cluster part of an experiment', () => {
  test('is read with its defaults', () => {
    const parsed = read(`${SPIKE}\ntarget: kubernetes\ncluster: { context: kind-lab }\n`);
    expect(parsed).toMatchObject({
      kind: 'experiment',
      experiment: {
        target: 'kubernetes',
        cluster: { context: 'kind-lab', via: 'auto', expiresAfterMs: 7_200_000 },
      },
    });
  });

  test('names its kubeconfig relative to the file, and a Secret by namespace and name', () => {
    const parsed = read(
      `${SPIKE}\ncluster: { kubeconfig: kind.yaml, pullSecret: ops/registry, service: { url: "https://shop.test" } }\n`,
    );
    expect(parsed).toMatchObject({
      experiment: {
        cluster: {
          kubeconfig: '/abs/kind.yaml',
          pullSecret: { namespace: 'ops', name: 'registry' },
          serviceUrl: 'https://shop.test',
        },
      },
    });
  });

  test.each([
    ['a Secret without its namespace', 'cluster: { pullSecret: registry }', 'namespace/name'],
    ['a URL without a scheme', 'cluster: { service: { url: shop.test } }', 'http:// or https://'],
    ['an unknown way to the service', 'cluster: { service: { via: pigeon } }', 'port-forward'],
  ])('%s is a fault with its place', (_, line, expected) => {
    const faults = faultsOf(`${SPIKE}\n${line}\n`);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
    expect(faults[0]).toMatch(/^x\.yaml:\d+:\d+/);
  });
});

describe('a workload that is there already', () => {
  test('needs no manifests', () => {
    expect(read(EXISTING)).toMatchObject({
      kind: 'experiment',
      experiment: { isExisting: true, manifests: [], deployment: 'shop', namespace: 'shop' },
    });
  });

  test.each([
    ['manifests beside it', `${EXISTING}\nmanifests: [a]\n`, 'no manifests beside'],
    ['no namespace', EXISTING.replace('namespace: shop', ''), 'the namespace of the existing'],
    ['another cluster than a real one', EXISTING.replace('kubernetes', 'embedded'), 'kubernetes,'],
  ])('%s is a fault', (_, text, expected) => {
    const faults = faultsOf(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
  });

  test('an experiment without either is told that manifests are missing', () => {
    const faults = faultsOf(SPIKE.replace(/^manifests:.*$/m, ''));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('manifests: expected a list of paths');
  });
});
