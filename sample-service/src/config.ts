/** The service's settings: read from the environment, checked once at start, all faults together. */
import {
  decimal,
  optionalText,
  optionalWhole,
  text,
  type Variable,
  whole,
  yesOrNo,
} from './variables.js';

const DAY_MS = 86_400_000;
const GIB_IN_KIB = 1_048_576;

/** Longest CPU time that one request may be asked for, whatever the environment says. */
const WORK_CEILING_MS = 60_000;

/** Every environment variable of the service; the README's table is checked against this one. */
export const VARIABLES = {
  HOST: text('0.0.0.0', 'Address to listen on.'),
  PORT: whole({ min: 0, max: 65_535, unset: 8_000 }, 'Port to listen on; 0 takes any free one.'),
  POD_NAME: optionalText(
    'the host name',
    'Name in answers and logs; set it from the downward API (`metadata.name`).',
  ),
  WORK_CPU_MS: decimal(
    { min: 0, max: WORK_CEILING_MS, unset: 20 },
    'CPU time of one `GET /work`, in milliseconds of a Kubernetes CPU.',
  ),
  WORK_CPU_MS_MAX: decimal(
    { min: 0, max: WORK_CEILING_MS, unset: 5_000 },
    'Most that `?cpuMs=` may ask for.',
  ),
  CPU_SCALE: decimal(
    { min: 0.001, max: 10, unset: 1 },
    'Real cores that one Kubernetes CPU is: 20 ms of work at 0.3 are 6 ms of a real core.',
  ),
  REQUEST_MEMORY_KIB: whole(
    { min: 0, max: GIB_IN_KIB, unset: 0 },
    'Memory that each `GET /work` holds until it is answered, in KiB.',
  ),
  START_DELAY_MS: whole(
    { min: 0, max: DAY_MS, unset: 0 },
    'Time from the start of the process in which it is alive, but neither ready nor doing work.',
  ),
  READY_MAX_EVENT_LOOP_LAG_MS: optionalWhole(
    { min: 1, max: DAY_MS, without: 'never unready' },
    'Not ready while the event loop was later than this within the last second.',
  ),
  READY_FAIL_FROM_MS: optionalWhole(
    { min: 0, max: DAY_MS, without: '0 beside `READY_FAIL_TO_MS`, else never' },
    'Fault: not ready from this time after the start of the process.',
  ),
  READY_FAIL_TO_MS: optionalWhole(
    { min: 1, max: DAY_MS, without: 'for good' },
    'Fault: ready again from this time after the start of the process.',
  ),
  CRASH_AFTER_MS: optionalWhole(
    { min: 0, max: DAY_MS, without: 'never' },
    'Fault: ends with exit code 1 at this time after the start of the process.',
  ),
  LEAK_KIB_PER_SECOND: whole(
    { min: 0, max: GIB_IN_KIB, unset: 0 },
    'Fault: takes this much memory each second and never gives it back.',
  ),
  DRAIN_DELAY_MS: whole(
    { min: 0, max: DAY_MS, unset: 0 },
    'Time after SIGTERM in which new connections are still taken.',
  ),
  SHUTDOWN_GRACE_MS: whole(
    { min: 1, max: DAY_MS, unset: 10_000 },
    'Time after SIGTERM at which requests that are still open are cut off.',
  ),
  LOG_REQUESTS: yesOrNo(false, 'Logs each request as a line of JSON.'),
} as const satisfies Readonly<Record<string, Variable<unknown>>>;

/** Settings of the service; times are milliseconds, counted from the start of the process. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Absent: the host's name. */
  readonly podName: string | undefined;
  /** In milliseconds of a Kubernetes CPU, as is `workCpuMsMax`. */
  readonly workCpuMs: number;
  readonly workCpuMsMax: number;
  /** Real cores that one Kubernetes CPU is. */
  readonly cpuScale: number;
  readonly requestMemoryKib: number;
  readonly startDelayMs: number;
  /** Absent: readiness does not look at the event loop. */
  readonly readyMaxEventLoopLagMs: number | undefined;
  /** When readiness is made to fail; `toMs` absent: for good. */
  readonly readyFailure: { readonly fromMs: number; readonly toMs: number | undefined } | undefined;
  readonly crashAfterMs: number | undefined;
  readonly leakKibPerSecond: number;
  readonly drainDelayMs: number;
  readonly shutdownGraceMs: number;
  readonly logRequests: boolean;
}

/** Settings, or every fault of the environment, one text each. */
export type ReadConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** Gives the value of one variable; a faulty one gives what it would be without the variable. */
type Reader = <T>(name: keyof typeof VARIABLES, variable: Variable<T>) => T;

/** Reads the settings; a variable that is empty counts as not set. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ReadConfig {
  const faults = new Map<string, string>();
  const config = configFrom((name, variable) => {
    const given = env[name]?.trim() ?? '';
    if (given === '') return variable.unset;
    const value = variable.parse(given);
    if (value === undefined) faults.set(name, `expected ${variable.expected}, got "${given}"`);
    return value ?? variable.unset;
  });
  for (const { about, message } of faultsBetween(config)) {
    // What follows from a fault that is already named would only mislead.
    if (!about.some((name) => faults.has(name))) faults.set(about[0], message);
  }
  if (faults.size === 0) return { kind: 'config', config };
  return { kind: 'faults', faults: [...faults].map(([name, message]) => `${name}: ${message}`) };
}

function configFrom(read: Reader): Config {
  const fromMs = read('READY_FAIL_FROM_MS', VARIABLES.READY_FAIL_FROM_MS);
  const toMs = read('READY_FAIL_TO_MS', VARIABLES.READY_FAIL_TO_MS);
  const isFailing = fromMs !== undefined || toMs !== undefined;
  return {
    host: read('HOST', VARIABLES.HOST),
    port: read('PORT', VARIABLES.PORT),
    podName: read('POD_NAME', VARIABLES.POD_NAME),
    workCpuMs: read('WORK_CPU_MS', VARIABLES.WORK_CPU_MS),
    workCpuMsMax: read('WORK_CPU_MS_MAX', VARIABLES.WORK_CPU_MS_MAX),
    cpuScale: read('CPU_SCALE', VARIABLES.CPU_SCALE),
    requestMemoryKib: read('REQUEST_MEMORY_KIB', VARIABLES.REQUEST_MEMORY_KIB),
    startDelayMs: read('START_DELAY_MS', VARIABLES.START_DELAY_MS),
    readyMaxEventLoopLagMs: read(
      'READY_MAX_EVENT_LOOP_LAG_MS',
      VARIABLES.READY_MAX_EVENT_LOOP_LAG_MS,
    ),
    readyFailure: isFailing ? { fromMs: fromMs ?? 0, toMs } : undefined,
    crashAfterMs: read('CRASH_AFTER_MS', VARIABLES.CRASH_AFTER_MS),
    leakKibPerSecond: read('LEAK_KIB_PER_SECOND', VARIABLES.LEAK_KIB_PER_SECOND),
    drainDelayMs: read('DRAIN_DELAY_MS', VARIABLES.DRAIN_DELAY_MS),
    shutdownGraceMs: read('SHUTDOWN_GRACE_MS', VARIABLES.SHUTDOWN_GRACE_MS),
    logRequests: read('LOG_REQUESTS', VARIABLES.LOG_REQUESTS),
  };
}

interface FaultBetween {
  /** The variable that is named, then the ones it is compared with. */
  readonly about: readonly [string, ...string[]];
  readonly message: string;
}

function faultsBetween(config: Config): readonly FaultBetween[] {
  const { workCpuMs, workCpuMsMax, readyFailure, drainDelayMs, shutdownGraceMs } = config;
  const faults: FaultBetween[] = [];
  if (workCpuMs > workCpuMsMax) {
    faults.push({
      about: ['WORK_CPU_MS', 'WORK_CPU_MS_MAX'],
      message: `expected at most WORK_CPU_MS_MAX (${workCpuMsMax}), got ${workCpuMs}`,
    });
  }
  if (readyFailure?.toMs !== undefined && readyFailure.toMs <= readyFailure.fromMs) {
    const { fromMs, toMs } = readyFailure;
    faults.push({
      about: ['READY_FAIL_TO_MS', 'READY_FAIL_FROM_MS'],
      message: `expected more than READY_FAIL_FROM_MS (${fromMs}), got ${toMs}`,
    });
  }
  if (drainDelayMs >= shutdownGraceMs) {
    faults.push({
      about: ['DRAIN_DELAY_MS', 'SHUTDOWN_GRACE_MS'],
      message: `expected less than SHUTDOWN_GRACE_MS (${shutdownGraceMs}), got ${drainDelayMs}`,
    });
  }
  return faults;
}
