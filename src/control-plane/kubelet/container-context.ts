/** What a container needs of its pod. */
import type { Container, ContainerStatus, Pod } from '../../core/objects.js';
import type { Clock } from '../../time/clock.js';
import type { EventType } from '../event-recorder.js';
import type { Mount, PodSandbox } from '../pod-runtime.js';
import type { KubeletSettings } from './settings.js';

/** All that a container is started with, or why that cannot be made. */
export type ContainerSetup =
  | {
      readonly kind: 'resolved';
      readonly env: ReadonlyMap<string, string>;
      readonly mounts: readonly Mount[];
    }
  | { readonly kind: 'unresolved'; readonly message: string };

/** What a container worker needs of its pod. */
export interface ContainerContext {
  readonly clock: Clock;
  readonly settings: KubeletSettings;
  readonly sandbox: PodSandbox;
  readonly pod: () => Pod;
  /** What was told of a container before this kubelet took the pod on; absent: nothing. */
  readonly before: (name: string) => ContainerStatus | undefined;
  /** The pod is at its end, whatever the reason: nothing of it is started again. */
  readonly isEnding: () => boolean;
  readonly setup: (container: Container) => ContainerSetup;
  readonly event: (container: Container, event: ContainerReport) => void;
  /** Something that the status shows, or that the pod waits for, changed. */
  readonly changed: () => void;
}

/** What stands in an Event about a container. */
interface ContainerReport {
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}
