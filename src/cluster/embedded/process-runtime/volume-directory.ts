/** A pod's volumes as directories of this machine. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mount, VolumeContent, VolumeFile } from '../../../control-plane/pod-runtime.js';

/** Names a link to the directory that has the files now, as upstream's volumes have it. */
const DATA = '..data';

type HostVolume = Extract<VolumeContent, { kind: 'host' }>;

/** Lives as long as its pod. */
export class VolumeDirectory {
  readonly #directory: string;
  readonly #contents = new Map<string, VolumeContent>();
  #versions = 0;
  #copies = 0;

  /** @param directory - made when it is needed. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** See `PodSandbox.setVolume`. */
  set(name: string, content: VolumeContent): void {
    const place = this.#placeOf(name);
    if (content.kind === 'empty') mkdirSync(place, { recursive: true, mode: 0o777 });
    else if (content.kind === 'host') checkHostPath(content);
    else this.#swapFiles(place, content.files);
    this.#contents.set(name, content);
  }

  /**
   * The real path of a mount. One file or folder of a volume of files is copied, so that it stays as it
   * is when the volume changes; one of a directory is made when it is not there.
   * @throws what the machine refuses.
   */
  realPath({ volume, subPath }: Mount): string {
    const content = this.#contents.get(volume);
    const place = content?.kind === 'host' ? content.path : this.#placeOf(volume);
    if (subPath === undefined) return place;
    const within = join(place, subPath);
    if (content?.kind !== 'files') {
      mkdirSync(existsSync(within) ? dirname(within) : within, { recursive: true });
      return within;
    }
    const copy = join(this.#directory, 'subpaths', String(++this.#copies));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(realpathSync(within), copy, { recursive: true, dereference: true });
    return copy;
  }

  /** An empty file for what a container says of its end. */
  messageFile(): string {
    const path = join(this.#directory, 'messages', String(++this.#copies));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  }

  /** Everything goes. */
  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #placeOf(name: string): string {
    return join(this.#directory, 'volumes', name);
  }

  /**
   * New files in a directory of their own, then one rename that makes the link point there.
   *
   * @see Source: kubernetes 1.36 `pkg/volume/util/atomic_writer.go`, `Write`.
   */
  #swapFiles(place: string, files: ReadonlyMap<string, VolumeFile>): void {
    const version = `..version-${++this.#versions}`;
    mkdirSync(join(place, version), { recursive: true });
    for (const [path, { bytes, mode }] of files) {
      const file = join(place, version, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      chmodSync(file, mode);
    }
    symlinkSync(version, join(place, '..new'));
    renameSync(join(place, '..new'), join(place, DATA));
    const names = new Set([...files.keys()].map((path) => path.split('/')[0] ?? ''));
    for (const name of names) {
      if (!isThere(join(place, name))) symlinkSync(join(DATA, name), join(place, name));
    }
    for (const name of readdirSync(place)) {
      const isKept = names.has(name) || name === DATA || name === version;
      if (!isKept) rmSync(join(place, name), { recursive: true, force: true });
    }
  }
}

function isThere(path: string): boolean {
  return readdirSync(dirname(path)).includes(path.slice(dirname(path).length + 1));
}

/** @see Source: kubernetes 1.36 `pkg/volume/hostpath/host_path.go`, `checkTypeInternal`. */
function checkHostPath({ path, type }: HostVolume): void {
  if (type === 'DirectoryOrCreate') mkdirSync(path, { recursive: true, mode: 0o755 });
  else if (type === 'FileOrCreate' && !existsSync(path)) writeFileSync(path, '', { mode: 0o644 });
  const found = statSync(path, { throwIfNoEntry: false });
  if (type.startsWith('Directory') && found?.isDirectory() !== true) {
    throw new Error(`hostPath type check failed: ${path} is not a directory`);
  }
  if (type.startsWith('File') && found?.isFile() !== true) {
    throw new Error(`hostPath type check failed: ${path} is not a file`);
  }
}
