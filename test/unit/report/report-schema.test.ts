import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { jsonReport, reportJsonSchema } from '../../../src/report/json/json-report.js';
import type { Environment } from '../../../src/timeline/record.js';
import { aTimeline } from '../../support/a-timeline.js';

const TARGETS: readonly Pick<Environment, 'target' | 'simulated' | 'kubernetes'>[] = [
  { target: 'simulated', simulated: { model: 'textbook', isCalibrated: false } },
  {
    target: 'simulated',
    simulated: {
      model: 'model.json',
      isCalibrated: true,
      calibration: 'calibrated on 2 runs',
      requests: 'batched',
    },
  },
  {
    target: 'kubernetes',
    kubernetes: {
      server: 'https://example.com:6443',
      context: 'kind-lab',
      version: 'v1.36.0',
      clockSkewMs: -1_200,
    },
  },
];

describe('the JSON report', () => {
  it.each(TARGETS)(
    'is as its published schema says: $target $simulated.requests',
    (environment) => {
      const timeline = aTimeline();
      const { embedded: _, ...machine } = timeline.header.environment;
      const header = { ...timeline.header, environment: { ...machine, ...environment } };
      const run = { ...timeline, header };
      const isValid = new Ajv2020({ strict: false }).compile(reportJsonSchema());

      const valid = isValid(JSON.parse(JSON.stringify(jsonReport(run, analyze(run)))));

      expect(isValid.errors ?? []).toEqual([]);
      expect(valid).toBe(true);
    },
  );
});
