/** What would keep a plan from being sent, found before anything is started. */
import { profileOf, validateProfile } from '../profile.js';
import type { ProfileSpec } from '../profile-spec.js';
import type { LoadPlan } from '../sender.js';
import { targetOf } from './engine.js';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const PATH = /^\/[\x21\x22\x24-\x7e]*$/;
/** What the sender sets itself; a second one would make requests ambiguous. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'transfer-encoding']);

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
    ...requestFaults(plan),
    ...wholeFaults('maxConnections', plan.maxConnections),
    ...wholeFaults('maxInFlight', plan.maxInFlight),
    ...aboveZeroFaults('timeoutMs', plan.timeoutMs),
    ...connectionFaults(plan),
  ];
}

function loadFaults({ load }: LoadPlan): readonly string[] {
  if (load.model === 'open') {
    const faults = validateProfile(load.profile);
    return faults.length > 0 ? faults : reachFaults(load.profile);
  }
  return [
    ...wholeFaults('concurrency', load.concurrency),
    ...aboveZeroFaults('durationMs', load.durationMs),
  ];
}

function reachFaults(profile: ProfileSpec): readonly string[] {
  return profileOf(profile).stages.flatMap(({ stage, peakPerSecond }, index) =>
    peakPerSecond <= MAX_RATE_PER_SECOND
      ? []
      : [
          `stages[${index}] (${stage.name}): expected a rate that a sender can keep, at most ${MAX_RATE_PER_SECOND}/s, got ${peakPerSecond}/s`,
        ],
  );
}

function requestFaults({ requests }: LoadPlan): readonly string[] {
  const [session] = requests;
  const [step] = session?.steps ?? [];
  if (step === undefined || requests.length > 1 || session?.steps.length !== 1) {
    return ['requests: expected one session of one step'];
  }
  const { request } = step;
  const faults: string[] = [];
  if (!TOKEN.test(request.method)) {
    faults.push(`request.method: expected a method such as GET, got "${request.method}"`);
  }
  if (!PATH.test(request.path)) {
    faults.push(`request.path: expected a path beginning with "/", got "${request.path}"`);
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (!TOKEN.test(name)) faults.push(`request.headers: expected a header name, got "${name}"`);
    if (OWN_HEADERS.has(name.toLowerCase())) {
      faults.push(`request.headers.${name}: expected a header that the sender does not set itself`);
    }
    if (!FIELD_VALUE.test(value)) {
      faults.push(`request.headers.${name}: expected a text on one line, got "${value}"`);
    }
  }
  return faults;
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
