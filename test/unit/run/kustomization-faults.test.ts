/** Kustomizations in folders of manifests: harmless, or a fault. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kustomizationFaults } from '../../../src/run/kustomization-faults.js';
import { readObjects } from '../../../src/run/read-manifests.js';

const HINT = 'build it first (kubectl kustomize), or start without it and then kubectl apply -k';

function faults(text: string): readonly string[] {
  return kustomizationFaults({ path: 'k/kustomization.yaml', text }, ['a.yaml', 'b.yaml']);
}

function fault(place: string, found: string): string {
  return `k/kustomization.yaml:${place}: expected a kustomization that only lists files of its folder, found ${found}: ${HINT}`;
}

describe('a kustomization', () => {
  const cases = [
    {
      name: 'that lists the files of its folder is none',
      text: 'kind: Kustomization\nresources:\n  - ./b.yaml\n  - a.yaml\n',
      is: [],
    },
    {
      name: 'that changes names is a fault with its place',
      text: 'resources: [a.yaml]\nnamePrefix: made-\n',
      is: [fault('2:1', 'namePrefix')],
    },
    {
      name: 'that leads out of its folder is a fault for each way',
      text: 'resources:\n  - ../base\n  - a.yaml\n  - https://example.com/c.yaml\n',
      is: [fault('2:5', 'resource ../base'), fault('4:5', 'resource https://example.com/c.yaml')],
    },
    {
      name: 'that makes objects and patches them is two faults',
      text: 'configMapGenerator: []\npatches: []\n',
      is: [fault('1:1', 'configMapGenerator'), fault('2:1', 'patches')],
    },
  ];
  it.each(cases)('$name', ({ text, is }) => {
    expect(faults(text)).toEqual(is);
  });

  it('is told of beside what is wrong with the manifests of its folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-kustomization-'));
    try {
      writeFileSync(join(folder, 'a.yaml'), 'kind: Service\n');
      writeFileSync(join(folder, 'kustomization.yml'), 'namespace: other\n');

      const read = await readObjects([folder]);

      expect(read.kind === 'faults' ? read.faults : []).toEqual([
        expect.stringMatching(/kustomization\.yml:1:1: .* found namespace: /),
        expect.stringMatching(/a\.yaml:1:1: expected a Kubernetes object/),
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
