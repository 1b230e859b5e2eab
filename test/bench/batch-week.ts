/** Simulates the first days of `experiments/week.yaml` in this process, and tells what it cost as JSON. */
import { TEXTBOOK_MODEL } from '../../src/core/service-model.js';
import type { Experiment } from '../../src/experiment/experiment.js';
import { readExperiment } from '../../src/run/read-experiment.js';
import { readManifests } from '../../src/run/read-manifests.js';
import { simulate } from '../../src/run/simulate.js';
import { encodeRecord } from '../../src/timeline/codec.js';
import { TIMELINE_SCHEMA_VERSION } from '../../src/timeline/record.js';

const DAY_MS = 86_400_000;

const days = Number(process.argv[2] ?? 7);
const experiment = firstDays(readExperiment('week', 'experiments'));
const objects = await readManifests(experiment, {});
let due = 0;
let largest = 0;
let bytes = 0;
const { user: before, system: systemBefore } = process.cpuUsage();
const { outcome, error } = await simulate({
  experiment,
  objects,
  model: TEXTBOOK_MODEL,
  seed: 1,
  header: {
    schemaVersion: TIMELINE_SCHEMA_VERSION,
    runId: 'bench',
    experiment,
    manifests: [],
    environment: {
      labVersion: '0',
      nodeVersion: process.version,
      platform: process.platform,
      cores: 1,
      memoryBytes: 0,
      target: 'simulated',
      clock: 'virtual',
      simulated: { model: 'textbook', isCalibrated: false },
      missing: [],
    },
  },
  sink: (record) => {
    bytes += encodeRecord(record).length;
    if (record.kind === 'load') due += record.load.due;
    if (record.kind === 'workload') largest = Math.max(largest, record.specReplicas);
  },
  signal: new AbortController().signal,
});
if (outcome !== 'completed' || bytes === 0) throw new Error(`the run ${outcome}`, { cause: error });
const { user, system } = process.cpuUsage();
const week = {
  cpuMs: (user - before + system - systemBefore) / 1_000,
  mostRssBytes: process.resourceUsage().maxRSS * 1_024,
  due,
  largest,
};
process.stdout.write(`${JSON.stringify(week)}\n`);

function firstDays(whole: Experiment): Experiment {
  const { load } = whole.load;
  if (load.model !== 'open') throw new TypeError('expected a load of the open model');
  const stages = load.profile.stages.map((stage) => ({ ...stage, durationMs: days * DAY_MS }));
  return { ...whole, load: { ...whole.load, load: { ...load, profile: { stages } } } };
}
