/** From what a file says of the load to a whole {@link LoadPlan}. */
import type { StageSpec } from '../load/profile-spec.js';
import { scaled } from '../load/replay/recording.js';
import { oneRequest, type RequestSpec } from '../load/request-spec.js';
import type { ConnectionPolicy, LoadPlan } from '../load/sender.js';
import type { LoadInput } from './load-schema.js';
import type { ReadFiles } from './read-files.js';
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
    requests: oneRequest(requestSpec(load.request)),
    connections: connectionPolicy(load.connections),
    maxConnections: load.maxConnections ?? maxInFlight,
    maxInFlight,
    timeoutMs: load.timeout,
    seed: context.seed,
  };
}

/** A sequence as the stages it stands for; any other stage as one. */
function stageSpecs(stage: StageInput, context: LoadContext): readonly StageSpec[] {
  if (stage.kind !== 'sequence') return [stageSpec(stage, context)];
  const { name, repeat, stages } = stage;
  return Array.from({ length: repeat }, (_, index) => {
    const prefix = repeat === 1 ? name : `${name}-${index + 1}`;
    return stages.map((inner) => {
      return stageSpec({ ...inner, name: `${prefix}-${inner.name}` }, context);
    });
  }).flat();
}

function stageSpec(stage: SimpleStageInput, context: LoadContext): StageSpec {
  const { name } = stage;
  switch (stage.kind) {
    case 'constant': {
      const { kind, rate: ratePerSecond, duration: durationMs } = stage;
      return { name, kind, ratePerSecond, durationMs };
    }
    case 'spike': {
      const { kind, base: basePerSecond, peak: peakPerSecond, duration: durationMs } = stage;
      const { at: atMs, length: lengthMs } = stage;
      return { name, kind, basePerSecond, peakPerSecond, atMs, lengthMs, durationMs };
    }
    case 'ramp': {
      const { kind, from: fromPerSecond, to: toPerSecond, duration: durationMs } = stage;
      return { name, kind, fromPerSecond, toPerSecond, durationMs };
    }
    case 'step': {
      const { kind, from: fromPerSecond, to: toPerSecond, steps, duration: durationMs } = stage;
      return { name, kind, fromPerSecond, toPerSecond, steps, durationMs };
    }
    case 'sine':
    case 'diurnal':
      return swing(stage);
    case 'square': {
      const { kind, low: lowPerSecond, high: highPerSecond, duration: durationMs } = stage;
      const { period: periodMs, highFor: highMs } = stage;
      return { name, kind, lowPerSecond, highPerSecond, periodMs, highMs, durationMs };
    }
    case 'sawtooth': {
      const { kind, from: fromPerSecond, to: toPerSecond, duration: durationMs } = stage;
      return { name, kind, fromPerSecond, toPerSecond, periodMs: stage.period, durationMs };
    }
    case 'random-walk':
      return randomWalk(stage, context);
    case 'replay':
      return replay(stage, context);
  }
}

/** A day is a sine whose period is a day. */
function swing(stage: Extract<SimpleStageInput, { kind: 'sine' | 'diurnal' }>): StageSpec {
  const { name, low, high, period, timeScale, duration = period } = stage;
  return {
    name,
    kind: 'sine',
    meanPerSecond: (low + high) / 2,
    amplitudePerSecond: (high - low) / 2,
    periodMs: period * timeScale,
    durationMs: duration * timeScale,
  };
}

function randomWalk(
  stage: Extract<SimpleStageInput, { kind: 'random-walk' }>,
  context: LoadContext,
): StageSpec {
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

function replay(
  stage: Extract<SimpleStageInput, { kind: 'replay' }>,
  { files }: LoadContext,
): StageSpec {
  const { name, kind, timeScale, rateScale } = stage;
  const { points, durationMs } = scaled(files.recording(stage), {
    time: timeScale,
    rate: rateScale,
  });
  return { name, kind, points, durationMs };
}

function requestSpec(request: LoadInput['request']): RequestSpec {
  const { method, path, headers, body } = request;
  return { method, path, headers, ...(body === undefined ? {} : { body }) };
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
