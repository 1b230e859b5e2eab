/** The load of the simulated cluster in batches: what flows to each pod in a while, not each request. */
import type { Random } from '../../core/random.js';
import type { Scatter } from '../../core/scatter.js';
import type { ServiceModel } from '../../core/service-model.js';
import { scriptOf } from '../../load/driving/make-driver.js';
import { type Profile, profileOf } from '../../load/profile.js';
import type { OutgoingRequest, RequestScript } from '../../load/request-script.js';
import type { LoadPlan, LoadSender, LoadSummary, SendOptions } from '../../load/sender.js';
import type { Cancel, Clock } from '../../time/clock.js';
import type { BatchAccount, SteadyMix } from './batch-account.js';
import { BatchLedger } from './batch-ledger.js';
import { spanSecondsOf } from './batch-plan.js';
import { threadSpeeds } from './batch-node-share.js';
import { type BatchStep, BatchSteps, standardNormal } from './batch-steps.js';
import type { FluidQueue, Inflow } from './fluid-queue.js';
import type { BatchedService } from './modelled-service.js';
import { type RequestCosts, requestCosts } from './request-costs.js';
import type { ServiceRouter } from './service-router.js';
import { type PodLoad, SteadyQueues } from './steady-queues.js';
import { SIMULATED_SCHEME } from './modelled-sender.js';

/** What a sender is made from. */
export interface BatchSenderOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly model: ServiceModel;
  /** There and back between the sender and a pod, ms. */
  readonly networkMs: Scatter;
  readonly router: ServiceRouter;
}

/** Sends loads that `unbatchable` has nothing against. */
export class BatchSender implements LoadSender {
  readonly #options: BatchSenderOptions;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
  }

  /** @param options - `baseUrl`: as the target of the same cluster gives it. */
  async send(plan: LoadPlan, options: SendOptions): Promise<LoadSummary> {
    const run = new BatchRun(plan, { ...this.#options, ...options });
    const stop = (): void => run.stop();
    options.signal.addEventListener('abort', stop, { once: true });
    await run.run();
    options.signal.removeEventListener('abort', stop);
    const { clock } = this.#options;
    return {
      startedAtMs: options.startAtMs,
      endedAtMs: clock.now(),
      engine: 'modelled in batches',
    };
  }
}

type RunOptions = BatchSenderOptions & SendOptions;

/** A step in which every line is steady is no longer than this: the rate, and what requests cost, change. */
const LONGEST_STEP_MS = 60_000;
/** Where a line grows or shrinks. */
const LINE_STEP_MS = 500;
const SHORTEST_STEP_MS = 50;
/** After the last arrival, until all is settled. */
const END_STEP_MS = 100;
/** Fewer requests than this are rounding. */
const NOTHING = 1e-6;
/** Instants are sums of fractions. */
const ROUNDING_MS = 0.01;

/** To find a request of each kind. */
const MOST_LOOKED_AT = 100_000;

/** A pod that gets a share of the arrivals. */
interface Target {
  readonly podName: string;
  readonly service: BatchedService;
  readonly costs: RequestCosts;
  readonly drift: number;
}

/** One load. */
class BatchRun {
  readonly #options: RunOptions;
  readonly #plan: LoadPlan;
  readonly #service: string;
  readonly #profile: Profile;
  readonly #script: RequestScript;
  readonly #ledger: BatchLedger;
  readonly #steps: BatchSteps;
  readonly #steady: SteadyQueues;
  readonly #noise: Random;
  readonly #costs = new Map<number, RequestCosts>();
  /** What something flows to or flowed to and is not settled. */
  readonly #queues = new Set<FluidQueue>();
  /** Of the present step: what goes to no pod. */
  #unsent: Unsent | undefined;
  /** Requests under way at the begin of the step before, and those that were sent in it. */
  #before = { atMs: 0, inFlight: 0, sentPerMs: 0 };
  #plannedMs = 0;
  #cancelStep: Cancel = () => undefined;
  #cancelRoutes: Cancel = () => undefined;
  #finish: () => void = () => undefined;
  #isOver = false;

  constructor(plan: LoadPlan, options: RunOptions) {
    if (plan.load.model !== 'open') throw new TypeError('expected a load of the open model');
    const { random } = options;
    this.#plan = plan;
    this.#options = options;
    this.#service = options.baseUrl.slice(SIMULATED_SCHEME.length);
    this.#profile = profileOf(plan.load.profile);
    this.#script = scriptOf(plan);
    this.#steady = new SteadyQueues(random.child('steady-queues'));
    this.#noise = random.child('shares');
    this.#steps = new BatchSteps(this.#profile, {
      spacing: plan.load.spacing,
      random: random.child('arrivals'),
    });
    const { kinds } = this.#costsAt(0);
    this.#ledger = new BatchLedger({
      kinds: this.#script.kinds.map((name, kind) => ({ name, share: kinds[kind]?.share ?? 0 })),
      timeoutMs: timeoutOf(plan),
      spanSeconds: spanSecondsOf(plan),
      lastSecond: Math.max(0, Math.ceil(this.#profile.durationMs / 1_000) - 1),
      random: random.child('times'),
      failedCheck: failedChecks(this.#script),
      onSecond: options.onSecond,
    });
  }

  async run(): Promise<void> {
    const { clock, startAtMs, router } = this.#options;
    const finished = new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    this.#stepIn(Math.max(0, startAtMs - clock.now()));
    this.#cancelRoutes = router.onChange(() => {
      if (clock.now() >= startAtMs) this.#stepIn(0);
    });
    await finished;
  }

  stop(): void {
    if (this.#isOver) return;
    this.#settle(this.#elapsedMs());
    this.#end();
  }

  #elapsedMs(): number {
    const elapsedMs = this.#options.clock.now() - this.#options.startAtMs;
    return Math.abs(elapsedMs - this.#plannedMs) < ROUNDING_MS ? this.#plannedMs : elapsedMs;
  }

  #stepIn(delayMs: number): void {
    this.#cancelStep();
    this.#cancelStep = this.#options.clock.after(delayMs, () => this.#step());
  }

  /** Lets flow what flowed until now, and says what flows from now on. */
  #step(): void {
    if (this.#isOver) return;
    const elapsedMs = this.#elapsedMs();
    this.#settle(elapsedMs);
    const targets = this.#targets();
    const step = this.#planStep(elapsedMs, targets);
    if (step === undefined) {
      this.#runOut(elapsedMs);
      return;
    }
    this.#plannedMs = step.toMs;
    this.#stepIn(step.toMs - elapsedMs);
  }

  #settle(elapsedMs: number): void {
    const nowMs = this.#options.clock.now();
    for (const queue of this.#queues) queue.settle(nowMs);
    if (this.#unsent !== undefined) {
      const { account, fromMs, refusedPerMs, droppedPerMs } = this.#unsent;
      const lengthMs = elapsedMs - fromMs;
      const count = (refusedPerMs + droppedPerMs) * lengthMs;
      account.due += count;
      account.open += count;
      account.fail('refused', refusedPerMs * lengthMs);
      account.drop(droppedPerMs * lengthMs);
      this.#unsent = undefined;
    }
    this.#ledger.passed(elapsedMs);
  }

  /** Endpoints by place; undefined: nothing listens there. */
  #targets(): readonly (Target | undefined)[] {
    return this.#options.router.backends(this.#service).map((backend) => {
      if (backend === undefined) return undefined;
      const service = backend.service.batched;
      return {
        podName: backend.pod.name,
        service,
        costs: this.#costsAt(service.workCpuMs),
        drift: service.drift(),
      };
    });
  }

  #planStep(
    elapsedMs: number,
    targets: readonly (Target | undefined)[],
  ): { readonly toMs: number } | undefined {
    const untilSpanMs = this.#ledger.untilNextMs(elapsedMs);
    const longestMs = Math.min(LONGEST_STEP_MS, untilSpanMs, this.#driftMs());
    const long = this.#steps.next(elapsedMs, longestMs);
    if (long === undefined) return undefined;
    if (this.#flow(long, targets, true)) return long;
    const { maxInFlight } = this.#plan;
    const fewMs = maxInFlight / 4 / Math.max(long.perMs, 1e-9);
    const shortMs = Math.max(SHORTEST_STEP_MS, Math.min(LINE_STEP_MS, fewMs));
    const short = this.#steps.next(elapsedMs, Math.min(shortMs, untilSpanMs));
    if (short !== undefined) this.#flow(short, targets, false);
    return short;
  }

  #driftMs(): number {
    return this.#options.model.request.drift?.everyMs ?? Number.POSITIVE_INFINITY;
  }

  /** Says what flows in a step; false, and nothing is said, where lines are not steady and had to be. */
  #flow(
    step: BatchStep,
    endpoints: readonly (Target | undefined)[],
    hasToBeSteady: boolean,
  ): boolean {
    const targets = endpoints.filter((target) => target !== undefined);
    const meanPerMs = step.perMs / Math.max(1, endpoints.length);
    const flows = this.#flowsOf(targets, meanPerMs, endpoints.length);
    if (hasToBeSteady && flows.some(({ steady }) => steady === undefined)) return false;
    const admittedPerMs = this.#admittedPerMs(step, flows, hasToBeSteady);
    const account = this.#ledger.accountAt(step.fromMs);
    const toTargetsPerMs = (admittedPerMs * targets.length) / Math.max(1, endpoints.length);
    this.#unsent = {
      account,
      fromMs: step.fromMs,
      refusedPerMs: admittedPerMs - toTargetsPerMs,
      droppedPerMs: step.perMs - admittedPerMs,
    };
    const lengthMs = step.toMs - step.fromMs;
    const shares = this.#sharesOf(toTargetsPerMs * lengthMs, flows.length, endpoints.length);
    const nowMs = this.#options.clock.now();
    const timeoutMs = timeoutOf(this.#plan);
    const before = new Set(this.#queues);
    for (const [index, { queue, ...flow }] of flows.entries()) {
      const perMs = (shares[index] ?? 0) / lengthMs;
      queue.flow(nowMs, { ...flow, account, timeoutMs, perMs });
      this.#queues.add(queue);
      before.delete(queue);
    }
    this.#stopFlows(before);
    this.#before = { atMs: step.fromMs, inFlight: this.#inFlight(), sentPerMs: toTargetsPerMs };
    return true;
  }

  /** What would flow to each target, all but how much it is. */
  #flowsOf(targets: readonly Target[], meanPerMs: number, endpoints: number): readonly Flow[] {
    const { load } = this.#plan;
    const evenlyOver = load.model === 'open' && load.spacing === 'even' ? endpoints : undefined;
    const speeds = threadSpeeds(
      targets.map(({ service: { cpu, queue }, costs, drift }) => {
        const { threadCpus, limitCpus = threadCpus } = cpu;
        const most = Math.min(threadCpus, limitCpus);
        const cpus = queue.hasLine ? most : Math.min(most, meanPerMs * costs.meanCpuMs * drift);
        return { cpu, cpus };
      }),
    );
    const mixOf = this.#mixes();
    return targets.map(({ podName, service: { cpu, queue }, costs, drift }, index): Flow => {
      const limit = cpu.limitCpus === undefined ? {} : { limitCpus: cpu.limitCpus };
      const flow = { podName, costs, drift, speed: speeds[index] ?? cpu.threadCpus, ...limit };
      const steady = queue.hasLine ? undefined : mixOf({ ...flow, perMs: meanPerMs, evenlyOver });
      return { queue, ...flow, ...(steady === undefined ? {} : { steady }) };
    });
  }

  /** Finds steady queues; pods that are alike, as most are, have the same. */
  #mixes(): (load: PodLoad) => SteadyMix | undefined {
    let last: { readonly load: PodLoad; readonly mix: SteadyMix | undefined } | undefined;
    return (load) => {
      const { costs, drift, speed, limitCpus } = last?.load ?? {};
      const isAlike =
        costs === load.costs &&
        drift === load.drift &&
        speed === load.speed &&
        limitCpus === load.limitCpus;
      if (last === undefined || !isAlike) last = { load, mix: this.#steady.mixOf(load) };
      return last.mix;
    };
  }

  /** Arrivals beyond `maxInFlight` requests under way are dropped. */
  #admittedPerMs(step: BatchStep, flows: readonly Flow[], isSteady: boolean): number {
    const { maxInFlight } = this.#plan;
    if (isSteady) {
      const perMs = step.perMs / Math.max(1, flows.length);
      const inFlight = flows.reduce(
        (sum, { steady }) => sum + (steady === undefined ? 0 : perMs * meanMsOf(steady)),
        0,
      );
      return step.perMs * Math.min(1, maxInFlight / Math.max(inFlight, 1e-9));
    }
    const inFlight = this.#inFlight();
    const { atMs, sentPerMs, inFlight: inFlightThen } = this.#before;
    const passedMs = Math.max(1, step.fromMs - atMs);
    const settledPerMs = Math.max(0, sentPerMs - (inFlight - inFlightThen) / passedMs);
    const roomPerMs = Math.max(0, maxInFlight - inFlight) / (step.toMs - step.fromMs);
    return Math.min(step.perMs, roomPerMs + settledPerMs);
  }

  /** How many of `count` arrivals each of `targets` gets, where each arrival takes one of the endpoints at random. */
  #sharesOf(count: number, targets: number, endpoints: number): readonly number[] {
    const mean = count / targets;
    if (targets < 2 || count === 0) return Array.from({ length: targets }, () => mean);
    const deviation = Math.sqrt(mean * (1 - 1 / endpoints));
    const drawn = Array.from({ length: targets }, () =>
      Math.max(0, mean + deviation * standardNormal(this.#noise)),
    );
    const sum = drawn.reduce((total, each) => total + each, 0);
    return sum === 0 ? drawn : drawn.map((each) => (each * count) / sum);
  }

  #stopFlows(queues: ReadonlySet<FluidQueue>): void {
    const nowMs = this.#options.clock.now();
    for (const queue of queues) {
      queue.flow(nowMs, undefined);
      if (queue.inFlight < NOTHING && !queue.hasLine) this.#queues.delete(queue);
    }
  }

  #inFlight(): number {
    let sum = 0;
    for (const queue of this.#queues) sum += queue.inFlight;
    return sum;
  }

  /** After the last arrival: until every request is answered or has failed. */
  #runOut(elapsedMs: number): void {
    this.#stopFlows(new Set(this.#queues));
    if (this.#ledger.isSettled) {
      this.#ledger.passed(Number.POSITIVE_INFINITY);
      this.#end();
      return;
    }
    this.#plannedMs = elapsedMs + END_STEP_MS;
    this.#stepIn(END_STEP_MS);
  }

  #costsAt(workCpuMs: number): RequestCosts {
    const { model, networkMs, random } = this.#options;
    let costs = this.#costs.get(workCpuMs);
    if (costs === undefined) {
      const script = this.#script;
      const draws = random.child('costs');
      costs = requestCosts({ model, networkMs, script, workCpuMs }, draws);
      this.#costs.set(workCpuMs, costs);
    }
    return costs;
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelStep();
    this.#cancelRoutes();
    const nowMs = this.#options.clock.now();
    for (const queue of this.#queues) queue.flow(nowMs, undefined);
    this.#ledger.close();
    // who waits for this runs where somebody slept
    void this.#options.clock.sleep(0).then(this.#finish);
  }
}

type Flow = Omit<Inflow, 'account' | 'perMs' | 'timeoutMs'> & { readonly queue: FluidQueue };

interface Unsent {
  readonly account: BatchAccount;
  readonly fromMs: number;
  readonly refusedPerMs: number;
  readonly droppedPerMs: number;
}

/** All requests of a plan in batches have the same. */
function timeoutOf({ requests, timeoutMs }: LoadPlan): number {
  return requests[0]?.steps[0]?.timeoutMs ?? timeoutMs;
}

function meanMsOf({ low, high, share }: SteadyMix): number {
  return low.meanMs * (1 - share) + high.meanMs * share;
}

/** Why an answer of a kind with a status is no good, found once. */
function failedChecks(script: RequestScript): (kind: number, status: number) => string | undefined {
  const found = new Map<string, string | undefined>();
  const requests = new Map<number, OutgoingRequest>();
  for (let number = 0; requests.size < script.kinds.length && number < MOST_LOOKED_AT; number++) {
    const request = script.first(number);
    if (!requests.has(request.step.kind)) requests.set(request.step.kind, request);
  }
  return (kind, status) => {
    const key = `${kind}/${status}`;
    const request = requests.get(kind);
    if (!found.has(key) && request !== undefined) {
      found.set(key, script.failedCheck(request, status, undefined));
    }
    return found.get(key);
  };
}
