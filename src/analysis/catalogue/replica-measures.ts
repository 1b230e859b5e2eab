/** Named measures of replica counts. */
import type { Analysis } from '../analyze.js';
import { mapMeasure, noData, type Measure } from '../measure.js';
import type { ReplicaFigures } from '../replicas.js';
import type { MeasureDefinition } from './definition.js';

function inStage(
  { replicasByStage }: Analysis,
  stage: string,
  of: (figures: ReplicaFigures) => Measure,
): Measure {
  if (replicasByStage.kind !== 'measured') return replicasByStage;
  const found = replicasByStage.value.find((each) => each.stage === stage);
  return found === undefined
    ? noData(`the run did not come to a stage "${stage}"`)
    : of(found.figures);
}

function replicaMeasure(
  definition: Omit<MeasureDefinition, 'of' | 'inStage' | 'better' | 'needsPunctualSender'>,
  of: (figures: ReplicaFigures) => Measure,
): MeasureDefinition {
  return {
    ...definition,
    better: 'neither',
    needsPunctualSender: false,
    of: ({ replicas }) => of(replicas),
    inStage: (analysis, stage) => inStage(analysis, stage, of),
  };
}

const WORKLOAD = { source: 'workload records', absentWhen: 'the Deployment was not observed' };
const PODS = { source: 'pod records', absentWhen: 'no pod was seen' };

/** How many replicas there were. */
export const replicaMeasures: readonly MeasureDefinition[] = [
  replicaMeasure(
    {
      name: 'replicas.initialDesired',
      unit: 'count',
      summary: 'Size of the Deployment at first.',
      formula: 'spec.replicas when it was first seen; of a stage, when the stage began',
      ...WORKLOAD,
    },
    ({ initialDesired }) => initialDesired,
  ),
  replicaMeasure(
    {
      name: 'replicas.peakDesired',
      unit: 'count',
      summary: 'Largest size of the Deployment.',
      formula: 'maximum of spec.replicas over the observed time',
      ...WORKLOAD,
    },
    ({ peakDesired }) => peakDesired,
  ),
  replicaMeasure(
    {
      name: 'replicas.peakReady',
      unit: 'count',
      summary: 'Most pods that were ready at once.',
      formula: 'maximum of the number of ready pods over the observed time',
      ...PODS,
    },
    ({ peakReady }) => peakReady,
  ),
  replicaMeasure(
    {
      name: 'replicas.mean',
      unit: 'ratio',
      summary: 'Pods that were ready on average.',
      formula:
        'integral of the number of ready pods over the time in which it is known, divided by that time; a pod that terminates does not count, ready or not',
      ...PODS,
    },
    ({ meanReady }) => meanReady,
  ),
  replicaMeasure(
    {
      name: 'replicas.settled',
      unit: 'count',
      summary: 'Size of the Deployment at the end.',
      formula: 'spec.replicas at the end of the observation; of a stage, at its end',
      ...WORKLOAD,
    },
    ({ settled }) => mapMeasure(settled, ({ replicas }) => replicas),
  ),
];
