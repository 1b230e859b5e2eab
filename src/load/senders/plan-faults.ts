/** What would keep a plan from being sent, found before anything is started. */
import { MAX_WORKERS } from '../plan-shares.js';
import { profileOf, validateProfile } from '../profile.js';
import type { ProfileSpec } from '../profile-spec.js';
import { requestFaults } from '../request-faults.js';
import type { LoadPlan } from '../sender.js';
import { targetOf } from './engine-options.js';
import type { EngineChoice } from './sender-messages.js';

/**
 * Beyond this no sender process of ours keeps time on any machine that was measured; a profile that
 * asks for more is refused before anything starts. (Below it, the sender's audit tells after the run.)
 */
export const MAX_RATE_PER_SECOND = 50_000;

/** Every fault of a plan with its place; empty when it can be sent. */
export function planFaults(plan: LoadPlan, baseUrl: string): readonly string[] {
  return [
    ...(targetOf(baseUrl) === undefined
      ? [`url: expected http://host:port or https://host:port, got "${baseUrl}"`]
      : []),
    ...loadFaults(plan),
    ...requestTexts(plan),
    ...wholeFaults('maxConnections', plan.maxConnections),
    ...wholeFaults('maxInFlight', plan.maxInFlight),
    ...aboveZeroFaults('timeoutMs', plan.timeoutMs),
    ...connectionFaults(plan),
  ];
}

/** What an engine that was asked for by name cannot do; empty when it can send the plan. */
export function engineFaults(
  engine: EngineChoice,
  plan: LoadPlan,
  baseUrl: string,
): readonly string[] {
  if (engine !== 'autocannon') return [];
  const isVerified = plan.tls?.isVerified ?? true;
  return [
    ...(isVerified && targetOf(baseUrl)?.isTls === true
      ? ['engine: expected one that verifies certificates, got autocannon, which does not']
      : []),
    ...(hasHead(plan)
      ? ['engine: expected one that reads answers to HEAD, got autocannon, which waits for a body']
      : []),
  ];
}

/** Whether any request of a plan is a `HEAD`. */
function hasHead({ requests }: LoadPlan): boolean {
  return requests.some(({ steps }) => steps.some(({ request }) => request.method === 'HEAD'));
}

function loadFaults({ load, fromCluster }: LoadPlan): readonly string[] {
  if (load.model === 'open') {
    const faults = validateProfile(load.profile);
    const senders = fromCluster?.workers ?? 1;
    const most = MAX_RATE_PER_SECOND * (senders === 'auto' ? MAX_WORKERS : senders);
    return faults.length > 0 ? faults : reachFaults(load.profile, most);
  }
  return [
    ...wholeFaults('concurrency', load.concurrency),
    ...aboveZeroFaults('durationMs', load.durationMs),
  ];
}

function reachFaults(profile: ProfileSpec, most: number): readonly string[] {
  return profileOf(profile).stages.flatMap(({ stage, peakPerSecond }, index) =>
    peakPerSecond <= most
      ? []
      : [
          `stages[${index}] (${stage.name}): expected a rate that a sender can keep, at most ${most}/s, got ${peakPerSecond}/s`,
        ],
  );
}

/** As `requests[0].steps[1].request.path: expected a path beginning with "/", got "work"`. */
function requestTexts({ requests }: LoadPlan): readonly string[] {
  return requestFaults(requests).map(({ path, expected, found }) => {
    const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
    return `requests${place.join('')}: expected ${expected}${found === undefined ? '' : `, got ${found}`}`;
  });
}

function connectionFaults({ connections }: LoadPlan): readonly string[] {
  if (connections.kind === 'per-request') return [];
  const { maxRequests, maxAgeMs } = connections;
  return [
    ...(maxRequests === undefined ? [] : wholeFaults('connections.maxRequests', maxRequests)),
    ...(maxAgeMs === undefined ? [] : aboveZeroFaults('connections.maxAgeMs', maxAgeMs)),
  ];
}

function wholeFaults(place: string, value: number): readonly string[] {
  return Number.isSafeInteger(value) && value >= 1
    ? []
    : [`${place}: expected a whole number, at least 1, got ${value}`];
}

function aboveZeroFaults(place: string, value: number): readonly string[] {
  return value > 0 && Number.isFinite(value)
    ? []
    : [`${place}: expected a number of milliseconds above 0, got ${value}`];
}
