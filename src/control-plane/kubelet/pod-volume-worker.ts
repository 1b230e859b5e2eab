/** Makes a pod's volumes before its containers, and keeps their files up to date. */
import type { Pod } from '../../core/objects.js';
import type { Volume, VolumeProjection } from '../../core/pod-objects.js';
import type { Cancel, Clock } from '../../time/clock.js';
import type { PodSandbox, VolumeContent } from '../pod-runtime.js';
import type { VolumeMade } from './pod-volumes.js';

/** What a volume worker needs of its pod. */
export interface PodVolumeOptions {
  readonly clock: Clock;
  /** From a change to the files that show it. */
  readonly refreshMs: number;
  readonly pod: () => Pod;
  readonly make: (volume: Volume) => VolumeMade;
  /** A volume cannot be made. */
  readonly onFault: (volume: string, message: string) => void;
}

/** See the file's first line. */
export class PodVolumeWorker {
  readonly #options: PodVolumeOptions;
  readonly #references: ReadonlySet<string>;
  readonly #mounted = new Map<string, VolumeContent>();
  #sandbox: PodSandbox | undefined;
  #cancelRefresh: Cancel | undefined;

  constructor(options: PodVolumeOptions) {
    this.#options = options;
    this.#references = new Set(this.#volumes().flatMap((volume) => referencesOf(volume)));
  }

  /** Whether a file of the pod comes from that object: `configmap/NAME` or `secret/NAME`. */
  refersTo(object: string): boolean {
    return this.#references.has(object);
  }

  /** What is in every volume; absent while one of them cannot be made. */
  gather(): ReadonlyMap<string, VolumeContent> | undefined {
    const contents = new Map<string, VolumeContent>();
    for (const volume of this.#volumes()) {
      const made = this.#options.make(volume);
      if (made.kind === 'missing') this.#options.onFault(volume.name, made.message);
      else contents.set(volume.name, made.content);
    }
    return contents.size === this.#volumes().length ? contents : undefined;
  }

  /** Makes all volumes; false when the machine refuses one. */
  mount(sandbox: PodSandbox, contents: ReadonlyMap<string, VolumeContent>): boolean {
    this.#sandbox = sandbox;
    return [...contents].map(([name, content]) => this.#set(name, content)).every(Boolean);
  }

  /** Something that files come from has changed. */
  changed(): void {
    if (this.#cancelRefresh !== undefined || this.#sandbox === undefined) return;
    this.#cancelRefresh = this.#options.clock.after(this.#options.refreshMs, () => {
      this.#cancelRefresh = undefined;
      this.#refresh();
    });
  }

  /** Nothing is refreshed any more. */
  close(): void {
    this.#sandbox = undefined;
    this.#cancelRefresh?.();
  }

  #volumes(): readonly Volume[] {
    return this.#options.pod().spec.volumes ?? [];
  }

  /** A source that has gone meanwhile leaves the files as they are. */
  #refresh(): void {
    for (const volume of this.#volumes()) {
      const before = this.#mounted.get(volume.name);
      if (before?.kind !== 'files') continue;
      const made = this.#options.make(volume);
      if (made.kind === 'missing') this.#options.onFault(volume.name, made.message);
      else if (!isSame(before, made.content)) this.#set(volume.name, made.content);
    }
  }

  #set(name: string, content: VolumeContent): boolean {
    try {
      this.#sandbox?.setVolume(name, content);
      this.#mounted.set(name, content);
      return true;
    } catch (error) {
      this.#options.onFault(name, error instanceof Error ? error.message : String(error));
      return false;
    }
  }
}

function referencesOf({ configMap, secret, projected }: Volume): readonly string[] {
  const named: readonly VolumeProjection[] = [
    ...(configMap === undefined ? [] : [{ configMap }]),
    ...(secret?.secretName === undefined ? [] : [{ secret: { name: secret.secretName } }]),
    ...(projected?.sources ?? []),
  ];
  const references: string[] = [];
  for (const source of named) {
    if (source.configMap?.name !== undefined) references.push(`configmap/${source.configMap.name}`);
    if (source.secret?.name !== undefined) references.push(`secret/${source.secret.name}`);
  }
  return references;
}

function isSame(a: VolumeContent, b: VolumeContent): boolean {
  if (a.kind !== 'files' || b.kind !== 'files') return false;
  if (a.files.size !== b.files.size) return false;
  return [...a.files].every(([path, file]) => {
    const other = b.files.get(path);
    return (
      other?.mode === file.mode &&
      other.bytes.length === file.bytes.length &&
      file.bytes.every((byte, index) => byte === other.bytes[index])
    );
  });
}
