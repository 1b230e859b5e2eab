import { describe, expect, it } from 'vitest';
import { noData, measured } from '../../../src/analysis/measure.js';
import {
  type ModelFile,
  modelFileText,
  parseModelFile,
  type RunErrors,
} from '../../../src/calibration/model-file.js';
import { modelSummary } from '../../../src/calibration/model-summary.js';
import { TEXTBOOK_MODEL } from '../../../src/core/service-model.js';
import { formatFault } from '../../../src/experiment/fault.js';

const ERRORS: RunErrors = {
  replicasMean: measured(0.25),
  replicasTime: measured(0.12),
  scalingLatencyMs: measured(2_500),
  p50: measured(0.08),
  p99: noData('too few requests were answered'),
  cost: measured(0.031),
};
const RUN = {
  folder: 'results/spike/1',
  runId: '1',
  experiment: 'spike',
  target: 'embedded',
  startedAt: '2026-11-23T06:00:00.000Z',
} as const;
const FILE: ModelFile = {
  schemaVersion: 1,
  kind: 'hpa-lab-service-model',
  labVersion: '0.1.0',
  madeAt: '2026-11-23T07:00:00.000Z',
  model: {
    ...TEXTBOOK_MODEL,
    request: {
      ...TEXTBOOK_MODEL.request,
      drift: { everyMs: 15_000, factor: { kind: 'empirical', values: [0.9, 1.1] } },
    },
  },
  delays: { podStartMs: 1, podStartJitterMs: 2, containerSeenMs: 3, endpointsMs: 4 },
  calibratedOn: [RUN],
  parameters: [{ name: 'probeCpuMs', source: 'textbook', because: 'not seen apart' }],
  check: {
    kind: 'checked',
    how: 'other-runs',
    seeds: 5,
    runs: [{ run: RUN, errors: ERRORS }],
    errors: ERRORS,
  },
};

describe('a model file', () => {
  it('is read as it was written', () => {
    expect(parseModelFile(modelFileText(FILE), 'model.json')).toEqual({
      kind: 'model',
      file: FILE,
    });
  });

  it('of another version is refused, and nothing else of it is told', () => {
    const text = modelFileText(FILE)
      .replace('"schemaVersion": 1', '"schemaVersion": 2')
      .replace('"probeCpuMs": 0.7', '"probeCpuMs": "much"');
    expect(faultsOf(text)).toEqual(['model.json:2:20: schemaVersion: expected version 1, found 2']);
  });

  it('with faults is refused with all of them and their places', () => {
    const text = modelFileText(FILE)
      .replace('"probeCpuMs": 0.7', '"probeCpuMs": -1')
      .replace('"threadCpus": 1', '"threadCpus": 0')
      .replace('0.9,', '2,');
    const faults = faultsOf(text);
    expect(faults).toHaveLength(3);
    expect(faults[0]).toMatch(/request\.drift\.factor\.values: expected values in ascending order/);
    expect(faults[1]).toMatch(/model\.probeCpuMs: expected a number of at least 0, found -1/);
    expect(faults[2]).toMatch(/model\.threadCpus: expected a number above 0, found 0/);
  });

  it('tells its errors in a sentence, and what is not known of them', () => {
    expect(modelSummary(FILE)).toBe(
      'calibrated on 1 run of spike (embedded), errors (1 run that it was not fitted to): replicas off by 0.25 on average, replicas differ 12 % of the time, scaling latency 2.5 s, response p50 8.0 %, p99 unknown (too few requests were answered), cost 3.1 %',
    );
    const because = 'there was only one run, and no other to check on';
    expect(modelSummary({ ...FILE, check: { kind: 'not-checked', because } })).toBe(
      'calibrated on 1 run of spike (embedded), errors not checked: there was only one run, and no other to check on',
    );
  });
});

function faultsOf(text: string): readonly string[] {
  const parsed = parseModelFile(text, 'model.json');
  return parsed.kind === 'faults' ? parsed.faults.map(formatFault) : [];
}
