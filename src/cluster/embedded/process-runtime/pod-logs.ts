/** The logs of all containers, also of those that are gone, within bounds. */
import type { PodLogSource } from '../../../control-plane/pod-log-source.js';
import { ContainerLog } from './container-log.js';
import type { LogMemory } from './container-log.js';

type LogKey = Parameters<PodLogSource['get']>[0];

interface Logs {
  current: ContainerLog;
  previous: ContainerLog | undefined;
}

/** How many pods that are gone keep their logs. */
const MAX_GONE_PODS = 32;
/** For all logs together; beyond it each keeps less. */
const MEMORY_BYTES = 268_435_456;

/** Keeps the log of the present and of the last start of each container. */
export class PodLogs implements PodLogSource {
  readonly #capacityBytes: number;
  readonly #memory: LogMemory = { capacityBytes: MEMORY_BYTES, usedBytes: 0 };
  readonly #pods = new Map<string, Map<string, Logs>>();
  readonly #gone: string[] = [];

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** The log for a new start of a container. */
  begin({ podUid, container }: LogKey): ContainerLog {
    const pod = this.#pods.get(podUid) ?? new Map<string, Logs>();
    this.#pods.set(podUid, pod);
    const current = new ContainerLog(this.#capacityBytes, this.#memory);
    const before = pod.get(container);
    before?.previous?.forget();
    pod.set(container, { current, previous: before?.current });
    return current;
  }

  /** A container's log; absent when it never started, or not before. */
  get(key: LogKey): ContainerLog | undefined {
    const logs = this.#pods.get(key.podUid)?.get(key.container);
    return key.previous === true ? logs?.previous : logs?.current;
  }

  /** The pod's place is gone; its logs stay for a while. */
  retire(podUid: string): void {
    this.#gone.push(podUid);
    const oldest = this.#gone.length > MAX_GONE_PODS ? this.#gone.shift() : undefined;
    if (oldest === undefined) return;
    for (const { current, previous } of this.#pods.get(oldest)?.values() ?? []) {
      current.forget();
      previous?.forget();
    }
    this.#pods.delete(oldest);
  }
}
