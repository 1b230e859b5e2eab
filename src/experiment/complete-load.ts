/** From what a file says of the load to a whole {@link LoadPlan}. */
import type { StageSpec } from '../load/profile-spec.js';
import { scaled } from '../load/replay/recording.js';
import type { ClusterWorkers, ConnectionPolicy, LoadPlan } from '../load/sender.js';
import { completeRequests } from './complete-requests.js';
import type { LoadInput } from './load-schema.js';
import type { ReadFiles } from './read-files.js';
import { nameInSequence } from './stage-names.js';
import type { SimpleStageInput, StageInput } from './stage-schema.js';

/** What a load needs besides what its own part of the file says. */
export interface LoadContext {
  readonly seed: number;
  /** Recordings of the stages, already read. */
  readonly files: ReadFiles;
}

/** The load with every default filled in, and every replay's points in it. */
export function completeLoad(load: LoadInput, context: LoadContext): LoadPlan {
  const maxInFlight = load.model === 'closed' ? load.concurrency : load.maxInFlight;
  return {
    load:
      load.model === 'closed'
        ? { model: 'closed', concurrency: load.concurrency, durationMs: load.duration }
        : {
            model: 'open',
            profile: { stages: load.stages.flatMap((stage) => stageSpecs(stage, context)) },
            spacing: load.spacing,
          },
    requests: completeRequests(load),
    connections: connectionPolicy(load.connections),
    maxConnections: load.maxConnections ?? maxInFlight,
    maxInFlight,
    timeoutMs: load.timeout,
    seed: context.seed,
    ...(load.processes === undefined ? {} : { processes: load.processes }),
    ...(load.from === 'cluster' ? { fromCluster: clusterWorkers(load) } : {}),
    ...(load.tls === undefined ? {} : { tls: { isVerified: load.tls.verify } }),
  };
}

function clusterWorkers({ workers = 'auto', workerImage }: LoadInput): ClusterWorkers {
  return { workers, ...(workerImage === undefined ? {} : { image: workerImage }) };
}

/** A sequence as the stages it stands for; any other stage as one. */
function stageSpecs(stage: StageInput, context: LoadContext): readonly StageSpec[] {
  if (stage.kind !== 'sequence') return [stageSpec(stage, context)];
  const { name, repeat, stages } = stage;
  return Array.from({ length: repeat }, (_, index) => {
    return stages.map((inner) => {
      const own = nameInSequence({ name, repeat }, inner.name, index + 1);
      return stageSpec({ ...inner, name: own }, context);
    });
  }).flat();
}

type Of<K extends SimpleStageInput['kind']> = Extract<SimpleStageInput, { kind: K }>;

function stageSpec(stage: SimpleStageInput, context: LoadContext): StageSpec {
  switch (stage.kind) {
    case 'constant': {
      const { name, kind, rate: ratePerSecond, duration: durationMs } = stage;
      return { name, kind, ratePerSecond, durationMs };
    }
    case 'ramp': {
      const { name, kind, from: fromPerSecond, to: toPerSecond, duration: durationMs } = stage;
      return { name, kind, fromPerSecond, toPerSecond, durationMs };
    }
    case 'step': {
      const { name, kind, from, to, steps, duration: durationMs } = stage;
      return { name, kind, fromPerSecond: from, toPerSecond: to, steps, durationMs };
    }
    case 'spike': {
      const { name, kind, base, peak, at: atMs, length: lengthMs, duration: durationMs } = stage;
      const rates = { basePerSecond: base, peakPerSecond: peak };
      return { name, kind, ...rates, atMs, lengthMs, durationMs };
    }
    case 'sine':
    case 'diurnal':
      return swing(stage);
    case 'square': {
      const { name, kind, low, high, period, highFor: highMs, duration: durationMs } = stage;
      const rates = { lowPerSecond: low, highPerSecond: high };
      return { name, kind, ...rates, periodMs: period, highMs, durationMs };
    }
    case 'sawtooth': {
      const { name, kind, from, to, period: periodMs, duration: durationMs } = stage;
      return { name, kind, fromPerSecond: from, toPerSecond: to, periodMs, durationMs };
    }
    case 'random-walk':
      return randomWalk(stage, context);
    case 'replay':
    default:
      return replay(stage, context);
  }
}

/** A day is a sine whose period is a day. */
function swing(stage: Of<'sine' | 'diurnal'>): StageSpec {
  const { name, kind, low, high, period, timeScale, duration = period } = stage;
  return {
    name,
    kind: 'sine',
    ...(kind === 'diurnal' ? { writtenAs: kind } : {}),
    meanPerSecond: (low + high) / 2,
    amplitudePerSecond: (high - low) / 2,
    periodMs: period * timeScale,
    durationMs: duration * timeScale,
  };
}

function randomWalk(stage: Of<'random-walk'>, context: LoadContext): StageSpec {
  const { name, kind, start, min, max, step, every, duration, seed = context.seed } = stage;
  return {
    name,
    kind,
    startPerSecond: start,
    minPerSecond: min,
    maxPerSecond: max,
    stepPerSecond: step,
    everyMs: every,
    durationMs: duration,
    seed,
  };
}

function replay(stage: Of<'replay'>, { files }: LoadContext): StageSpec {
  const { name, kind, timeScale: time, rateScale: rate } = stage;
  const { points, durationMs } = scaled(files.recording(stage), { time, rate });
  return { name, kind, points, durationMs };
}

function connectionPolicy(connections: LoadInput['connections']): ConnectionPolicy {
  if (typeof connections === 'string') return { kind: connections };
  const { maxRequests, maxAge } = connections;
  return {
    kind: 'keep-alive',
    ...(maxRequests === undefined ? {} : { maxRequests }),
    ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
  };
}
