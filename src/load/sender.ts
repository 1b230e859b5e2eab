/** The port behind which requests are sent, and what a sender tells. */
import type { EpochMs } from '../time/clock.js';
import type { ProfileSpec } from './profile-spec.js';
import type { SessionSpec } from './request-spec.js';

/** How connections are used; a Service balances connections, not requests. */
export type ConnectionPolicy =
  | { readonly kind: 'per-request' }
  | { readonly kind: 'keep-alive'; readonly maxRequests?: number; readonly maxAgeMs?: number };

/** Open model: arrivals come from a profile whatever became of earlier ones. */
export interface OpenLoad {
  readonly model: 'open';
  readonly profile: ProfileSpec;
  /** Distance between arrivals: `even` follows the rate exactly, `poisson` is random with that mean. */
  readonly spacing: 'even' | 'poisson';
}

/** Closed model: so many users, each sending its next request when the last was answered. */
export interface ClosedLoad {
  readonly model: 'closed';
  readonly concurrency: number;
  readonly durationMs: number;
}

/** Pods that send a load, each its share of the arrivals. */
export interface ClusterWorkers {
  /** From 1 to 1,000; `auto`: by the load's rate. */
  readonly workers: number | 'auto';
  /** Container image of the workers; absent: this lab's own. */
  readonly image?: string;
}

/** Everything a sender needs. */
export interface LoadPlan {
  readonly load: OpenLoad | ClosedLoad;
  /** What arrivals ask, by weight; at least one. The profile's rate is sessions a second. */
  readonly requests: readonly SessionSpec[];
  readonly connections: ConnectionPolicy;
  readonly maxConnections: number;
  /** Requests sent and waiting to be sent together; beyond it arrivals are dropped. */
  readonly maxInFlight: number;
  /** From the send, not from when the arrival was due; a step may have its own. */
  readonly timeoutMs: number;
  /** Of arrivals, of which session each is, and of all random values in requests. */
  readonly seed: number;
  /** How many processes send it, from 1 to 64; `auto` and absent: by its rate and this machine's cores. */
  readonly processes?: number | 'auto';
  /** Sent from pods of the cluster; absent: from where the harness runs. */
  readonly fromCluster?: ClusterWorkers;
  /** `https` targets: whether certificates are verified; absent: they are. */
  readonly tls?: { readonly isVerified: boolean };
}

/** Why a request that was sent was not answered, or, `check`, why its answer was not what it should be. */
export const FAILURE_KINDS = [
  'refused',
  'reset',
  'closed',
  'truncated',
  'timeout',
  'tls',
  'check',
  'other',
] as const;

/** See {@link FAILURE_KINDS}. */
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** By first digit of the status. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/**
 * An HDR histogram in its portable V2 compressed base64 form; values are whole microseconds, three
 * significant digits. The empty string is an empty histogram.
 */
export type EncodedHistogram = string;

/** What became of the sessions of several steps. Those begun and neither finished nor failed were cut off by the end. */
export interface SessionCounts {
  readonly started: number;
  /** The last step's answer came, and passed. */
  readonly finished: number;
  /** A step was dropped or failed, and no more followed. */
  readonly failed: number;
}

/** What became of the requests of one kind due in one second; it adds up as {@link LoadSecond} does. */
export type RequestKindSecond = Pick<
  LoadSecond,
  | 'due'
  | 'dropped'
  | 'unsent'
  | 'sent'
  | 'answered'
  | 'failed'
  | 'unanswered'
  | 'responseTime'
  | 'serviceTime'
>;

/**
 * What became of the requests *due* in one second of the load (closed model: sent in it): the
 * first of each arrival, and later steps of sessions. An answer that failed a check is not among the
 * answered, and its times are not in the histograms: an error told quickly would flatter them. It adds up:
 * `due = dropped + unsent + sent` and `sent = sum(answered) + sum(failed) + unanswered`.
 */
export interface LoadSecond {
  /** Seconds since the load began, 0 first. */
  readonly second: number;
  /** How many seconds, from `second` on, are told together, where a load of days is; absent: one. */
  readonly seconds?: number;
  readonly due: number;
  /** Due while `maxInFlight` requests were already under way; never sent. */
  readonly dropped: number;
  /** Still waiting for a connection when the run ended. */
  readonly unsent: number;
  readonly sent: number;
  /** Of those sent: more than 10 ms after they were due although a connection was free (the sender's fault). */
  readonly late: number;
  readonly answered: Readonly<Partial<Record<StatusClass, number>>>;
  readonly failed: Readonly<Partial<Record<FailureKind, number>>>;
  /** Under way when the run ended. */
  readonly unanswered: number;
  /** From when it was due to the end of the answer; answered requests only. */
  readonly responseTime: EncodedHistogram;
  /** From the actual send to the end of the answer; answered requests only. */
  readonly serviceTime: EncodedHistogram;
  /** Answers by the pod that gave them (response header `x-pod-name`), where it said so. */
  readonly byPod: Readonly<Record<string, number>>;
  /** The same by kind of request (see `requestKinds`), where the plan has several; their sums are the whole. */
  readonly byRequest?: Readonly<Record<string, RequestKindSecond>>;
  /** Answers that failed a check, by the first that failed: `login: status 503`. Absent: none did. */
  readonly failedChecks?: Readonly<Record<string, number>>;
  /** By when it happened, where sessions have several steps; after the load's end counts to its last second. */
  readonly sessions?: SessionCounts;
}

/** The sender's view of the last second, for a live display. Not a record of results. */
export interface LoadProgress {
  readonly atMs: EpochMs;
  readonly sentPerSecond: number;
  readonly answeredPerSecond: number;
  readonly failedPerSecond: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** How many processes this is the view of, where there are several; the percentiles are the slowest one's. */
  readonly processes?: number;
  /** Response times of the answers that came in the last second; absent when none came. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** What the sender says of itself. */
export interface SenderAudit {
  /** From when an arrival was due to its actual send, where a connection was free; absent: none was sent. */
  readonly sendLagP50Ms?: number;
  readonly sendLagP99Ms?: number;
  readonly sendLagMaxMs?: number;
  /** Of several processes the worst. */
  readonly eventLoopLagP99Ms?: number;
  /** Time in which garbage collection kept the sender from doing anything else, in all. */
  readonly gcPauseMs?: number;
  /** The longest of these pauses. */
  readonly gcLongestMs?: number;
  /** CPU used by the sender, ms of a real core, over `elapsedMs`; of all its processes. */
  readonly cpuMs: number;
  /** CPU used, of all the cores that there are; 0 to 1. */
  readonly machineShare?: number;
  readonly elapsedMs: number;
  /** Of several processes the largest. */
  readonly maxRssBytes: number;
  /** How many processes sent, each its share of the arrivals; absent: one. */
  readonly processes?: number;
  /** True when the sender itself, not the service, was late: latencies are then not to be judged. */
  readonly isSaturated: boolean;
  /** Why, in words; absent when it kept up. */
  readonly because?: string;
}

/** What a run of the sender tells in the end. */
export interface LoadSummary {
  readonly startedAtMs: EpochMs;
  readonly endedAtMs: EpochMs;
  /** The engine and its version: `socket (node:net, Node v24.21.0)`, `undici 7.30.2`, `autocannon 9.0.0`. */
  readonly engine: string;
  /** Absent: it sent on virtual time, where it cannot be late. */
  readonly audit?: SenderAudit;
  /** Absent: it was not sent from pods of the cluster. */
  readonly workers?: WorkersSummary;
}

/** The pods that sent a load. */
export interface WorkersSummary {
  readonly count: number;
  /** On how many nodes they were; absent: not told. */
  readonly nodes?: number;
  /** Their clocks are known to within this of ours, ms: the worst of them. */
  readonly clockUncertaintyMs: number;
  /** Shares that are not in the figures, or not all of them; empty when all is there. */
  readonly missing: readonly MissingShare[];
}

/** A part of the load that nothing is known of. */
export interface MissingShare {
  /** Which worker's, 0 first. */
  readonly index: number;
  /** The first second of the load that is missing of it. */
  readonly fromSecond: number;
  readonly because: string;
}

/** What a sender tells that sends over a network, and may be late. */
export interface AuditedLoadSummary extends LoadSummary {
  readonly audit: SenderAudit;
}

/** What a sender is told while it runs. */
export interface SendOptions {
  /** `http://host:port`, without a path. */
  readonly baseUrl: string;
  /** When second 0 begins. In the past: at once, and everything already due is sent late and says so. */
  readonly startAtMs: EpochMs;
  /** Stops sending; what is under way counts as unanswered. The promise still resolves. */
  readonly signal: AbortSignal;
  /** Each second exactly once, in order, when all its arrivals are settled. */
  readonly onSecond: (second: LoadSecond) => void;
  readonly onProgress: (progress: LoadProgress) => void;
  /** Told what a reader of the run should know, when it happens; absent: nobody writes it down. */
  readonly onNote?: (text: string) => void;
}

/** What a sender that has to be made ready is told. */
export interface PrepareOptions {
  readonly signal: AbortSignal;
  /** See {@link SendOptions.onNote}. */
  readonly onNote: (text: string) => void;
}

/** Sends a plan. Resolves when everything is answered or has failed. */
export interface LoadSender<Summary extends LoadSummary = LoadSummary> {
  /** @throws {LabError} `SENDER_FAILED` when the sender's process died; seconds told so far stand. */
  send(plan: LoadPlan, options: SendOptions): Promise<Summary>;
  /**
   * Makes ready what takes long, before the instant at which the load begins is set; absent: there is
   * nothing.
   *
   * @throws {LabError} `SENDER_FAILED`, `LOAD_INVALID`.
   */
  prepare?(plan: LoadPlan, options: PrepareOptions): Promise<void>;
  /** How long before it begins `send` is to be called, ms; absent: the caller knows. */
  readonly leadMs?: number;
  /** Where the service is reached from where the sender stands; absent: as from the harness. */
  readonly targetUrl?: () => Promise<string>;
  /** Ends and removes what {@link prepare} made. Twice is harmless. */
  close?(): Promise<void>;
}
