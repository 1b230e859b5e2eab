/** What a forwarded port lets through, measured, beside what the load asks for. */
import { isRecord, valueAt } from '../../core/json.js';
import type { KubeObject } from '../../core/objects.js';
import type { Experiment } from '../../experiment/experiment.js';
import { profileOf } from '../../load/profile.js';
import type { Clock } from '../../time/clock.js';
import { measureCeiling } from './connect.js';

/** From this share of the ceiling on, waiting for the port is in the response times. */
const SAFE_SHARE = 0.5;

/** What was measured and what it means for the run, in a sentence or two. */
export async function forwardCeilingNote(
  url: string,
  of: {
    readonly experiment: Experiment;
    readonly objects: readonly KubeObject[];
    readonly clock: Clock;
  },
): Promise<string> {
  const path = readinessPath(of.objects, of.experiment.deployment) ?? '/';
  const perSecond = await measureCeiling(new URL(path, url).toString(), of.clock);
  return ceilingText(perSecond, peakOf(of.experiment));
}

/** @param peak - requests a second; undefined: the load has no rate of its own. */
export function ceilingText(perSecond: number, peak: number | undefined): string {
  const ceiling = `A port is forwarded through the API server, a connection for each request: ${Math.round(perSecond)} requests a second got through when it was tried.`;
  if (peak === undefined || peak <= perSecond * SAFE_SHARE) return ceiling;
  const meaning =
    peak > perSecond
      ? 'more than that: the response times of this run are those of the forwarded port'
      : 'more than half of it: waiting for the forwarded port is in the response times';
  return `${ceiling} The load asks for up to ${Math.round(peak)}, ${meaning}. Send it from inside (load.from: cluster), or name a URL (--url).`;
}

/** The path of the first readiness probe of the Deployment under test. */
function readinessPath(objects: readonly KubeObject[], name: string): string | undefined {
  const deployment = objects.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === name,
  );
  const containers = valueAt(deployment, ['spec', 'template', 'spec', 'containers']);
  for (const container of Array.isArray(containers) ? containers : []) {
    const path = valueAt(container, ['readinessProbe', 'httpGet', 'path']);
    if (isRecord(container) && typeof path === 'string') return path;
  }
  return undefined;
}

function peakOf({ load: { load } }: Experiment): number | undefined {
  if (load.model === 'closed') return undefined;
  return Math.max(0, ...profileOf(load.profile).stages.map(({ peakPerSecond }) => peakPerSecond));
}
