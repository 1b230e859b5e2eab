/** Small kernel files that are read again and again through one descriptor. */
import { closeSync, openSync, readSync } from 'node:fs';

const BUFFER = Buffer.alloc(16_384);

/** A file of `/proc` or a cgroup, kept open: reading it costs a few microseconds. */
export class KernelFile {
  #descriptor: number | undefined;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Opens a file; absent when it cannot be. */
  static open(path: string): KernelFile | undefined {
    try {
      return new KernelFile(openSync(path, 'r'));
    } catch {
      // the process or group is gone, or the kernel has no such file
      return undefined;
    }
  }

  /** The text now; absent once what it tells of is gone. */
  read(): string | undefined {
    if (this.#descriptor === undefined) return undefined;
    try {
      const length = readSync(this.#descriptor, BUFFER, 0, BUFFER.length, 0);
      return BUFFER.toString('latin1', 0, length);
    } catch {
      // ESRCH, ENODEV: the process or group has ended
      return undefined;
    }
  }

  /** Gives the descriptor back. Calling it again does nothing. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
