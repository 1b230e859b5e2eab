import { describe, expect, test } from 'vitest';
import { labLabels } from '../../../../src/core/lab-labels.js';
import { claimNamespace } from '../../../../src/run/real-cluster/lab-namespace.js';
import { InProcessApi } from '../../../support/in-process-api.js';
import { portTo } from '../../../support/in-process-port.js';

const NOW_MS = 1_785_000_000_000;
const MARK = { runId: '20260801-101500-ab12', experiment: 'spike', owner: 'ann-pc' };

function claimed(labels: Readonly<Record<string, string>> | undefined) {
  const api = new InProcessApi();
  if (labels !== undefined) {
    const metadata = { name: 'run', labels };
    api.send('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata },
    });
  }
  return claimNamespace(portTo(api), 'run', NOW_MS);
}

describe('claimNamespace', () => {
  test('one that is not there is the run’s own', async () => {
    expect(await claimed(undefined)).toBe('own');
  });

  test('one that was labelled for the lab was given to it', async () => {
    expect(await claimed({ 'app.kubernetes.io/managed-by': 'hpa-lab' })).toBe('given');
  });

  test.each([
    ['somebody’s own is refused', {}, "exists and is not the lab's"],
    [
      'one that another tool manages is refused',
      { 'app.kubernetes.io/managed-by': 'Helm' },
      "exists and is not the lab's",
    ],
    [
      'that of a run that may still be at work is refused, with its owner',
      labLabels({ ...MARK, expiresAtMs: NOW_MS + 1_000 }),
      'of run 20260801-101500-ab12 of ann-pc, wanted until',
    ],
    [
      'that of an expired run is refused as well: removing it is not for a run to do',
      labLabels({ ...MARK, expiresAtMs: NOW_MS - 1_000 }),
      'which has expired',
    ],
  ])('%s', async (_, labels, message) => {
    await expect(claimed(labels)).rejects.toMatchObject({
      code: 'CLUSTER_FAILED',
      message: expect.stringContaining(message),
    });
  });
});
