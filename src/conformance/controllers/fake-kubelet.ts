/** A kubelet that follows a script: the one with which the controller vectors were recorded. */
import type { Container, ContainerStatus, Pod, PodPhase, PodStatus } from '../../core/objects.js';
import { kubeTime } from '../../core/kube-time.js';
import { ApiError } from '../../control-plane/api-error.js';
import type { KubeApi, WatchEvent } from '../../control-plane/api.js';
import { keyOf } from '../../control-plane/object-keys.js';
import { PODS } from '../../control-plane/resources.js';
import type { Cancel, Clock } from '../../time/clock.js';

/** How pods behave. Rules apply in order, later ones override; without `match` a rule is for all. */
export interface KubeletRule {
  readonly match?: {
    /** Names, or `P1`, `P2`, ... as `nameOf` gives them. */
    readonly pods?: readonly string[];
    readonly image?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly node?: string;
    /** Of an indexed Job's pod. */
    readonly index?: number;
  };
  /** From bound to running; null: never. */
  readonly startMs?: number | null;
  /** From running to ready; null: never. */
  readonly readyMs?: number | null;
  /** From the deletion timestamp to the end. */
  readonly graceMs?: number;
  /** Exit code of a container that is told to stop. */
  readonly killCode?: number;
  readonly imagePull?: 'fail';
  readonly exit?: { readonly afterMs: number; readonly code: number; readonly times?: number };
  readonly restartMs?: number;
}

const INDEX = 'batch.kubernetes.io/job-completion-index';

interface Behavior extends Omit<KubeletRule, 'match'> {
  readonly startMs: number | null;
  readonly readyMs: number | null;
  readonly graceMs: number;
  readonly killCode: number;
  readonly restartMs: number;
}

const DEFAULTS: Behavior = {
  startMs: 300,
  readyMs: 700,
  graceMs: 400,
  killCode: 0,
  restartMs: 500,
};

interface RunningPod {
  readonly key: { readonly namespace: string; readonly name: string };
  readonly behavior: Behavior;
  readonly address: string;
  readonly node: string;
  hasRun: boolean;
  restarts: number;
  exits: number;
  isEnding: boolean;
  timers: Cancel[];
  /** What came due while the node did nothing. */
  postponed: (() => void)[];
}

/** What a fake kubelet is made of. */
export interface FakeKubeletOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly rules?: readonly KubeletRule[];
  /** What rules call a pod; absent: its name. */
  readonly nameOf?: (pod: Pod) => string;
  /** Delay between a change and when the kubelet acts on it, ms; the reaction of the recording. */
  readonly reactionMs?: number;
}

/** Moves pods through their phases on the clock. One serves every node. */
export class FakeKubelet {
  readonly #api: KubeApi;
  readonly #clock: Clock;
  readonly #rules: readonly KubeletRule[];
  readonly #nameOf: (pod: Pod) => string;
  readonly #reactionMs: number;
  readonly #pods = new Map<string, RunningPod>();
  readonly #silentNodes = new Set<string>();
  #addresses = 0;
  #cancel: Cancel | undefined;

  constructor(options: FakeKubeletOptions) {
    this.#api = options.api;
    this.#clock = options.clock;
    this.#rules = options.rules ?? [];
    this.#nameOf = options.nameOf ?? ((pod) => pod.metadata.name);
    this.#reactionMs = options.reactionMs ?? 0;
  }

  start(): void {
    const { items, resourceVersion } = this.#api.list(PODS);
    for (const object of items) this.#follow({ type: 'ADDED', object });
    this.#cancel = this.#api.watch(PODS, (event) => this.#follow(event), {
      sinceVersion: resourceVersion,
    });
  }

  stop(): void {
    this.#cancel?.();
    for (const pod of this.#pods.values()) clear(pod);
    this.#pods.clear();
  }

  /** The node does nothing for its pods any more. */
  silence(node: string): void {
    this.#silentNodes.add(node);
  }

  /** The node goes on: with what came due meanwhile, and with what became of its pods. */
  resume(node: string): void {
    if (!this.#silentNodes.delete(node)) return;
    for (const running of this.#pods.values()) {
      if (running.node !== node) continue;
      const due = running.postponed;
      running.postponed = [];
      for (const task of due) task();
    }
    for (const object of this.#api.list(PODS).items) {
      if (object.spec.nodeName === node) this.#follow({ type: 'MODIFIED', object });
    }
  }

  /** Writes the readiness of a pod. */
  setReady(namespace: string, name: string, isReady: boolean): void {
    this.#write({ namespace, name }, (status) => withReadiness(status, isReady, this.#clock.now()));
  }

  /** Ends the pod's container now; `terminal`: for good, whatever the restart policy. */
  exit(
    key: { readonly namespace: string; readonly name: string },
    end: {
      readonly code: number;
      readonly terminal?: boolean;
      readonly reason?: string;
      readonly message?: string;
    },
  ): void {
    const running = [...this.#pods.values()].find(({ key: own }) => isSame(own, key));
    const pod = this.#api.get(PODS, key);
    if (running === undefined || pod === undefined) return;
    clear(running);
    if (end.terminal === true) this.#finish(running, end);
    else this.#ended(running, pod, end.code);
  }

  #follow({ type, object }: WatchEvent<Pod>): void {
    const uid = object.metadata.uid ?? '';
    const known = this.#pods.get(uid);
    if (type === 'DELETED') {
      if (known !== undefined) clear(known);
      this.#pods.delete(uid);
      return;
    }
    const node = object.spec.nodeName ?? '';
    if (node === '' || this.#silentNodes.has(node)) return;
    const running = known ?? this.#take(uid, object);
    const isEnding = object.metadata.deletionTimestamp !== undefined && !running.isEnding;
    if (isEnding && (object.metadata.deletionGracePeriodSeconds ?? 0) > 0) this.#end(running);
  }

  #take(uid: string, pod: Pod): RunningPod {
    const running: RunningPod = {
      key: keyOf(pod),
      behavior: this.#behaviorOf(pod),
      address: `10.0.${this.#addresses >> 8}.${++this.#addresses & 255}`,
      node: pod.spec.nodeName ?? '',
      hasRun: false,
      restarts: 0,
      exits: 0,
      isEnding: false,
      timers: [],
      postponed: [],
    };
    this.#pods.set(uid, running);
    const { startMs } = running.behavior;
    if (startMs !== null)
      this.#after(running, this.#reactionMs + startMs, () => this.#run(running));
    return running;
  }

  #behaviorOf(pod: Pod): Behavior {
    const rules = this.#rules.filter(({ match }) => {
      const image = pod.spec.containers[0]?.image;
      return (
        (match?.pods?.includes(this.#nameOf(pod)) ?? true) &&
        (match?.image === undefined || match.image === image) &&
        (match?.node === undefined || match.node === pod.spec.nodeName) &&
        (match?.index === undefined || String(match.index) === pod.metadata.annotations?.[INDEX]) &&
        Object.entries(match?.labels ?? {}).every(
          ([key, value]) => pod.metadata.labels?.[key] === value,
        )
      );
    });
    return Object.assign({}, DEFAULTS, ...rules);
  }

  #run(running: RunningPod): void {
    const nowMs = this.#clock.now();
    const { imagePull } = running.behavior;
    const pod = this.#api.get(PODS, running.key);
    if (pod === undefined) return;
    if (imagePull === 'fail') {
      const waiting = { reason: 'ErrImagePull', message: 'the image cannot be pulled' };
      this.#write(running.key, (status) => ({
        ...status,
        phase: 'Pending',
        containerStatuses: pod.spec.containers.map((container) =>
          Object.assign(emptyStatus(container), { state: { waiting } }),
        ),
      }));
      return;
    }
    running.hasRun = true;
    this.#write(running.key, (status) => ({
      ...withReadiness(status, false, nowMs),
      phase: 'Running',
      podIP: running.address,
      podIPs: [{ ip: running.address }],
      hostIP: '192.168.0.1',
      startTime: status.startTime ?? kubeTime(nowMs),
      containerStatuses: pod.spec.containers.map((container) =>
        Object.assign(emptyStatus(container), {
          restartCount: running.restarts,
          started: true,
          state: { running: { startedAt: kubeTime(nowMs) } },
        }),
      ),
    }));
    this.#started(running);
  }

  #started(running: RunningPod): void {
    const { readyMs, exit } = running.behavior;
    const { namespace, name } = running.key;
    if (readyMs !== null) {
      this.#after(running, readyMs + this.#reactionMs, () => this.setReady(namespace, name, true));
    }
    if (exit !== undefined && running.exits < (exit.times ?? Number.POSITIVE_INFINITY)) {
      this.#after(running, exit.afterMs, () => {
        // what is told to end ends in its own time
        if (running.isEnding) return;
        const pod = this.#api.get(PODS, running.key);
        running.exits++;
        clear(running);
        if (pod !== undefined) this.#ended(running, pod, exit.code);
      });
    }
  }

  #ended(running: RunningPod, pod: Pod, code: number): void {
    const policy = pod.spec.restartPolicy ?? 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && code === 0)) {
      this.#finish(running, { code });
      return;
    }
    running.restarts++;
    this.#write(running.key, (status) => ({
      ...withReadiness(status, false, this.#clock.now()),
      phase: 'Running',
      containerStatuses: (status.containerStatuses ?? []).map((container) =>
        Object.assign({}, container, { ready: false, restartCount: running.restarts }),
      ),
    }));
    this.#after(running, running.behavior.restartMs, () => this.#started(running));
  }

  #finish(
    running: RunningPod,
    end: { readonly code: number; readonly reason?: string; readonly message?: string },
  ): void {
    const phase: PodPhase = end.code === 0 ? 'Succeeded' : 'Failed';
    this.#write(running.key, (status) => ({
      ...withReadiness(status, false, this.#clock.now()),
      phase,
      ...(end.reason === undefined ? {} : { reason: end.reason }),
      ...(end.message === undefined ? {} : { message: end.message }),
      containerStatuses: (status.containerStatuses ?? []).map((container) =>
        Object.assign({}, container, {
          ready: false,
          state: { terminated: { exitCode: end.code, finishedAt: kubeTime(this.#clock.now()) } },
        }),
      ),
    }));
  }

  #end(running: RunningPod): void {
    running.isEnding = true;
    const { graceMs, killCode } = running.behavior;
    this.#after(running, this.#reactionMs + graceMs, () => {
      clear(running);
      const phase = this.#api.get(PODS, running.key)?.status?.phase;
      const isOver = phase === 'Succeeded' || phase === 'Failed';
      if (running.hasRun && !isOver) this.#finish(running, { code: killCode });
      try {
        this.#api.delete(PODS, running.key, { gracePeriodSeconds: 0 });
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
      }
    });
  }

  #after(running: RunningPod, delayMs: number, task: () => void): void {
    const unlessSilent = (): void => {
      if (this.#silentNodes.has(running.node)) running.postponed.push(task);
      else task();
    };
    running.timers.push(this.#clock.after(delayMs, unlessSilent));
  }

  #write(
    key: { readonly namespace: string; readonly name: string },
    change: (status: PodStatus) => PodStatus,
  ): void {
    const pod = this.#api.get(PODS, key);
    if (pod === undefined) return;
    this.#api.update(PODS, { ...pod, status: change(pod.status ?? {}) }, { subresource: 'status' });
  }
}

function clear(pod: RunningPod): void {
  for (const cancel of pod.timers) cancel();
  pod.timers = [];
  pod.postponed = [];
}

function isSame(
  a: { readonly namespace: string; readonly name: string },
  b: { readonly namespace: string; readonly name: string },
): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}

function emptyStatus({ name, image }: Container): ContainerStatus {
  return { name, image, imageID: '', ready: false, restartCount: 0 };
}

function withReadiness(status: PodStatus, isReady: boolean, nowMs: number): PodStatus {
  const wanted = isReady ? 'True' : 'False';
  const conditions = (['Ready', 'ContainersReady'] as const).map((type) => {
    const old = status.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime =
      old?.status === wanted ? (old.lastTransitionTime ?? kubeTime(nowMs)) : kubeTime(nowMs);
    return { type, status: wanted, lastProbeTime: null, lastTransitionTime } as const;
  });
  const others = (status.conditions ?? []).filter(
    ({ type }) => type !== 'Ready' && type !== 'ContainersReady',
  );
  return {
    ...status,
    conditions: [...others, ...conditions],
    containerStatuses: (status.containerStatuses ?? []).map((container) =>
      Object.assign({}, container, { ready: isReady }),
    ),
  };
}
