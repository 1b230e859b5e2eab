/** One simulated trial of a matrix: from the experiment to its `report.json`. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Analysis, analyze } from '../analysis/analyze.js';
import { measureOf } from '../analysis/catalogue/prometheus-measures.js';
import { valueOf } from '../analysis/measure.js';
import { thresholdVerdicts } from '../analysis/threshold-verdicts.js';
import { type ErrorCode, LabError } from '../core/errors.js';
import type { KubeObject } from '../core/objects.js';
import type { ServiceModel } from '../core/service-model.js';
import type { Experiment } from '../experiment/experiment.js';
import { jsonReport } from '../report/json/json-report.js';
import { dataNumber } from '../report/format.js';
import { encodeRecord } from '../timeline/codec.js';
import {
  type Environment,
  type Timeline,
  TIMELINE_SCHEMA_VERSION,
  type TimelineRecord,
} from '../timeline/record.js';
import { manifestDigests } from './manifest-digests.js';
import {
  createPlainFolder,
  createRunFolder,
  type ResultFolder,
  RESULT_FILES,
} from './result-folder.js';
import { simulate } from './simulate.js';

/** What is to be simulated, as it is sent to a worker. */
export interface TrialTask {
  readonly experiment: Experiment;
  /** Prepared. */
  readonly objects: readonly KubeObject[];
  readonly model: ServiceModel;
  readonly seed: number;
  readonly environment: Environment;
  /** The matrix result folder, absolute. */
  readonly matrixFolder: string;
  /** Folder of its runs within it, and the trial's own within that. */
  readonly runsFolder: string;
  readonly name: string;
  /** Writes `timeline.ndjson` too. */
  readonly hasTimeline: boolean;
  /** Measures that are wanted back. */
  readonly measures: readonly string[];
}

/** What became of a trial. */
export interface TrialResult {
  readonly outcome: 'completed' | 'failed' | 'interrupted';
  /** Why it failed, with the error's code where it has one. */
  readonly because?: string;
  readonly code?: ErrorCode;
  /** Whether it left a result folder. */
  readonly hasFolder: boolean;
  /** Those measures that were asked for and have a value. */
  readonly figures: Readonly<Record<string, number>>;
  /** Thresholds that did not hold, as the experiment writes them. */
  readonly failedThresholds: readonly string[];
}

const UNDER_TEST = new Set(['Deployment', 'HorizontalPodAutoscaler', 'Service']);

/** Simulates a trial and writes its result folder, `report.json` last and whole. Never throws. */
export async function runSimulatedTrial(
  task: TrialTask,
  signal: AbortSignal,
): Promise<TrialResult> {
  try {
    return await simulated(task, signal);
  } catch (error) {
    return failedTrial(error);
  }
}

/** The result of a trial that ended by an error. */
export function failedTrial(error: unknown): TrialResult {
  const because = error instanceof Error ? error.message : String(error);
  const code = error instanceof LabError ? { code: error.code } : {};
  return {
    outcome: 'failed',
    because,
    ...code,
    hasFolder: false,
    figures: {},
    failedThresholds: [],
  };
}

async function simulated(task: TrialTask, signal: AbortSignal): Promise<TrialResult> {
  const { objects, model, seed, environment } = task;
  const records: TimelineRecord[] = [];
  const experiment = trialExperiment(task.experiment, seed);
  const { outcome, error } = await simulate({
    experiment,
    objects,
    model,
    seed,
    header: {
      schemaVersion: TIMELINE_SCHEMA_VERSION,
      runId: task.name,
      experiment,
      manifests: objects.filter(({ kind }) => UNDER_TEST.has(kind)),
      manifestDigests: manifestDigests(objects),
      environment,
    },
    sink: (record) => records.push(record),
    signal,
  });
  if (error !== undefined) return failedTrial(error);
  if (outcome !== 'completed') {
    return { outcome, hasFolder: false, figures: {}, failedThresholds: [] };
  }
  const timeline = asTimeline(records);
  const analysis = analyze(timeline);
  write(task, { timeline, analysis, records });
  return {
    outcome,
    hasFolder: true,
    figures: figuresOf(analysis, task.measures),
    failedThresholds: failedThresholds(timeline, analysis),
  };
}

/** An experiment with a trial's own seed: of arrivals, of what requests draw, of the model. */
export function trialExperiment(experiment: Experiment, seed: number): Experiment {
  return { ...experiment, seed, load: { ...experiment.load, seed } };
}

/** The thresholds of a run that did not hold, those that could not be judged among them. */
export function failedThresholds(timeline: Timeline, analysis: Analysis): readonly string[] {
  return thresholdVerdicts(timeline, analysis)
    .filter(({ kind }) => kind !== 'pass')
    .map(({ threshold }) => threshold.text);
}

/** The values of measures of a run; without those that are absent. */
export function figuresOf(
  analysis: Analysis,
  measures: readonly string[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    measures.flatMap((name) => {
      const measure = measureOf(analysis, name);
      const value = measure === undefined ? undefined : valueOf(measure.of(analysis));
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** In order of time, as they are when they are read from a file. */
function asTimeline(records: readonly TimelineRecord[]): Timeline {
  const [header, ...rest] = records;
  if (header?.kind !== 'header') throw new TypeError('a run begins with its header');
  return { header, records: rest.toSorted((a, b) => a.t - b.t) };
}

interface Written {
  readonly timeline: Timeline;
  readonly analysis: Analysis;
  /** In the order in which they came. */
  readonly records: readonly TimelineRecord[];
}

function write(task: TrialTask, { timeline, analysis, records }: Written): void {
  const folder = folderOf(task, records);
  // it is read by programs, a thousand at a time: without line breaks it is less than half as long
  const text = JSON.stringify(jsonReport(timeline, analysis), (_, value: unknown) =>
    typeof value === 'number' ? dataNumber(value) : value,
  );
  const unfinished = `${RESULT_FILES.json}.part`;
  folder.write(unfinished, `${text}\n`);
  renameSync(join(folder.path, unfinished), join(folder.path, RESULT_FILES.json));
}

function folderOf(task: TrialTask, records: readonly TimelineRecord[]): ResultFolder {
  const { matrixFolder, runsFolder, name, hasTimeline } = task;
  if (!hasTimeline) return createPlainFolder(matrixFolder, runsFolder, name);
  const folder = createRunFolder(matrixFolder, runsFolder, name);
  folder.append(records.map(encodeRecord).join(''));
  folder.close();
  return folder;
}
