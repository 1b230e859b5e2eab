/** From the flags of `cluster` to what is started: everything that is wrong with them is told at once. */
import { dirname, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { kubeconfigFault } from '../cluster/embedded/kubeconfig-file.js';
import { fieldOf, isRecord } from '../core/json.js';
import { embeddedSettings } from '../experiment/complete-embedded.js';
import { embedded } from '../experiment/embedded-schema.js';
import type { EmbeddedSettings } from '../experiment/experiment.js';
import { type Fault, formatFault } from '../experiment/fault.js';
import { parseYamlDocument } from '../experiment/yaml-document.js';
import { readText } from '../run/read-text.js';
import { splitWords } from './split-words.js';

/** The flags as they were typed. */
export interface ClusterFlags {
  readonly nodes?: string;
  readonly nodeCpu?: string;
  readonly nodeMemory?: string;
  readonly zones?: string;
  readonly image?: readonly string[];
  readonly kubeconfig?: string;
  readonly apiPort?: string;
  readonly settings?: string;
  readonly set?: readonly string[];
  readonly apply?: readonly string[];
  readonly seed?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly prometheusTargets?: string;
}

/** What is started, and how it is told. */
export interface ClusterJob {
  readonly settings: EmbeddedSettings;
  readonly seed: number;
  /** Where image commands run: the folder of `--settings`, else this one. */
  readonly workingDirectory: string;
  /** Absolute; absent: a place of the run's own. */
  readonly kubeconfigPath: string | undefined;
  /** Run with `KUBECONFIG` set; empty: none. */
  readonly command: readonly string[];
  readonly output: 'text' | 'json' | 'quiet';
}

/** A setting that a flag makes, at its path in `embedded:`. */
interface FlagSetting {
  /** As it was typed: `--api-port 70000`. */
  readonly typed: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

const MAX_SEED = 4_294_967_295;

/**
 * What the flags ask for; faults are told beside those of others.
 *
 * @param command - what stood after `--`.
 * @param faults - gets every fault, those of files with their place.
 * @returns undefined when there is a fault.
 */
export function clusterJob(
  flags: ClusterFlags,
  command: readonly string[],
  faults: string[],
): ClusterJob | undefined {
  if (flags.json === true && flags.quiet === true) {
    faults.push('--quiet: expected no such flag with --json, found both');
  }
  const kubeconfigPath = kubeconfigOf(flags, faults);
  const seed = Number(flags.seed ?? '1');
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED || flags.seed?.trim() === '') {
    faults.push(`--seed: expected a whole number from 0 to ${MAX_SEED}, found "${flags.seed}"`);
  }
  const settings = settingsOf(flags, faults);
  if (settings === undefined || faults.length > 0) return undefined;
  return {
    settings,
    seed,
    workingDirectory:
      flags.settings === undefined ? process.cwd() : dirname(resolve(flags.settings)),
    kubeconfigPath,
    command,
    output: flags.json === true ? 'json' : flags.quiet === true ? 'quiet' : 'text',
  };
}

function kubeconfigOf({ kubeconfig }: ClusterFlags, faults: string[]): string | undefined {
  if (kubeconfig === undefined) return undefined;
  const path = resolve(kubeconfig);
  const fault = kubeconfig === '' ? 'expected a path, found nothing' : kubeconfigFault(path);
  if (fault !== undefined) faults.push(`--kubeconfig ${kubeconfig}: ${fault}`);
  return path;
}

/** The file's settings with those of flags over them. */
function settingsOf(flags: ClusterFlags, faults: string[]): EmbeddedSettings | undefined {
  const fromFile = flags.settings === undefined ? {} : fileContent(flags.settings, faults);
  const fromFlags = flagSettings(flags, faults);
  let content: unknown = fromFile ?? {};
  for (const { path, value } of fromFlags) content = withValue(content, path, value);
  const parsed = parseSettings(stringify({ embedded: content }), 'flags');
  if (parsed.kind === 'value') return embeddedSettings(parsed.value);
  faults.push(...parsed.faults.map((fault) => flagFault(fault, fromFlags)));
  return undefined;
}

function parseSettings(text: string, fileName: string) {
  return parseYamlDocument(text, {
    fileName,
    schema: embedded,
    root: ['embedded'],
    otherFaults: () => [],
  });
}

/** What stands under `embedded:` of a file, as written; undefined when it has faults, which are told. */
function fileContent(path: string, faults: string[]): unknown {
  const read = readText(path);
  if (read.kind === 'unreadable') {
    faults.push(`--settings ${path}: expected a file that can be read, found ${read.because}`);
    return undefined;
  }
  const parsed = parseYamlDocument<typeof embedded>(read.text, {
    fileName: path,
    schema: embedded,
    root: ['embedded'],
    otherFaults: () => [],
  });
  if (parsed.kind === 'value') return parsed.document.content;
  faults.push(...parsed.faults.map(formatFault));
  return undefined;
}

/** The settings that flags make, in the order in which they count: what is more general first. */
function flagSettings(flags: ClusterFlags, faults: string[]): readonly FlagSetting[] {
  const { apiPort, image = [], set = [] } = flags;
  const settings: FlagSetting[] = [...nodeSettings(flags)];
  if (apiPort !== undefined) {
    settings.push({ typed: `--api-port ${apiPort}`, path: ['apiPort'], value: plain(apiPort) });
  }
  for (const typed of image) {
    const [name, line] = cut(typed);
    const command = line === undefined ? undefined : splitWords(line);
    if (name === '' || command === undefined || command.length === 0) {
      const found = JSON.stringify(typed);
      faults.push(`--image: expected NAME=COMMAND, such as app:1="node app.js", found ${found}`);
      continue;
    }
    settings.push({ typed: `--image ${typed}`, path: ['images', name], value: { command } });
  }
  for (const typed of set) {
    const [path, value] = cut(typed);
    if (path === '' || value === undefined) {
      const found = JSON.stringify(typed);
      faults.push(
        `--set: expected PATH=VALUE, such as hpaController.syncPeriod=5s, found ${found}`,
      );
      continue;
    }
    settings.push({ typed: `--set ${typed}`, path: path.split('.'), value: plain(value) });
  }
  return settings;
}

function cut(typed: string): readonly [string, string | undefined] {
  const at = typed.indexOf('=');
  return at < 0 ? [typed, undefined] : [typed.slice(0, at), typed.slice(at + 1)];
}

/** A number, a truth value or a text, as YAML reads it. */
function plain(typed: string): unknown {
  try {
    return parse(typed) as unknown;
  } catch {
    return typed; // no YAML: a text
  }
}

/** `--nodes 3 --node-cpu 2 --zones a,b`: equal nodes, zones in turn. */
function nodeSettings({ nodes, nodeCpu, nodeMemory, zones }: ClusterFlags): readonly FlagSetting[] {
  const typed = [
    ['--nodes', nodes],
    ['--node-cpu', nodeCpu],
    ['--node-memory', nodeMemory],
    ['--zones', zones],
  ]
    .flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${value}`]))
    .join(' ');
  if (typed === '') return [];
  const zoneList = zones?.split(',') ?? [];
  const count = nodes === undefined ? Math.max(1, zoneList.length) : plain(nodes);
  const size = {
    ...(nodeCpu === undefined ? {} : { cpu: plain(nodeCpu) }),
    ...(nodeMemory === undefined ? {} : { memory: plain(nodeMemory) }),
  };
  if (zoneList.length === 0 || !Number.isInteger(count) || Number(count) > MOST_LISTED) {
    const isPlain = Object.keys(size).length === 0;
    return [{ typed, path: ['nodes'], value: isPlain ? count : [{ ...size, count }] }];
  }
  const list = Array.from({ length: Number(count) }, (_, index) => ({
    name: `node-${index + 1}`,
    zone: zoneList[index % zoneList.length],
    ...size,
  }));
  return [{ typed, path: ['nodes'], value: list }];
}

/** More nodes than the schema allows are not listed one by one before it says so. */
const MOST_LISTED = 10_000;

/** A copy of what is there with one value put in; what is no mapping on the way is replaced. */
function withValue(content: unknown, path: readonly string[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const fields = isRecord(content) ? content : {};
  return { ...fields, [first]: withValue(fieldOf(fields, first), rest, value) };
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
}

/** A fault in the words of the flag that made it. */
function flagFault({ path, expected, found, nearest }: Fault, settings: readonly FlagSetting[]) {
  const inside = path.replace(/^embedded\.?/, '');
  const origin = settings
    .map((setting) => ({ typed: setting.typed, at: setting.path.join('.') }))
    .findLast(({ at }) => isWithin(inside, at) || isWithin(at, inside));
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  const where = origin === undefined ? '' : `${origin.typed}: `;
  return `${where}${inside}: expected ${expected}, found ${found}${hint}`;
}
