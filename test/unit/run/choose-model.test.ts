/** Which numbers win: those of a model file, or those that an experiment says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MEASURES } from '../../../src/analysis/catalogue/catalogue.js';
import { TEXTBOOK_MODEL } from '../../../src/core/service-model.js';
import type { DelaySettings, Experiment } from '../../../src/experiment/experiment.js';
import { parseExperiment } from '../../../src/experiment/parse.js';
import { chooseModel } from '../../../src/run/choose-model.js';

const MEASURED: DelaySettings = {
  podStartMs: 1_338,
  podStartJitterMs: 1_039,
  containerSeenMs: 640,
  endpointsMs: 25,
};
const folder = mkdtempSync(join(tmpdir(), 'hpa-lab-choose-'));
const model = join(folder, 'model.json');
writeFileSync(
  model,
  JSON.stringify({
    schemaVersion: 1,
    kind: 'hpa-lab-service-model',
    labVersion: '0.1.0',
    madeAt: '2026-11-23T00:00:00.000Z',
    model: TEXTBOOK_MODEL,
    delays: MEASURED,
    calibratedOn: [],
    parameters: [],
    check: { kind: 'not-checked', because: 'there is one run' },
  }),
);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the delays of a simulated run', () => {
  it("are the model file's where the experiment says none", () => {
    expect(chooseModel(experiment(''), model).experiment.embedded.delays).toEqual(MEASURED);
  });

  it('are those that the experiment says, also where it says the default', () => {
    const said = experiment('embedded: { delays: { podStart: 1s, endpoints: 2s } }');
    expect(chooseModel(said, model).experiment.embedded.delays).toEqual({
      ...MEASURED,
      podStartMs: 1_000,
      endpointsMs: 2_000,
    });
  });

  it('are those of the settings without a model file', () => {
    const said = experiment('embedded: { delays: { podStart: 3s } }');
    expect(chooseModel(said).experiment.embedded.delays?.podStartMs).toBe(3_000);
  });
});

function experiment(more: string): Experiment {
  const text = `name: x
question: What?
manifests: [m]
underTest: { deployment: web }
load:
  stages: [{ name: a, kind: constant, rate: 1/s, duration: 10s }]
  request: { path: / }
${more}`;
  const parsed = parseExperiment(text, {
    fileName: 'x.yaml',
    resolvePath: (path) => path,
    measures: MEASURES,
  });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(({ path }) => path).join());
  return parsed.experiment;
}
