/** The layers of `src/`: who may import whom, and what may not be used where. */
import { posix } from 'node:path';
import { codeOnly, importsOf, lineAt, type SourceFile } from './source-text.js';

/** What a folder may import of another: anything, or only types. */
type Extent = 'all' | 'types';

interface Folder {
  /** Whether its files may reach the world: Node's modules and globals. */
  readonly io: boolean;
  readonly mayImport: Readonly<Record<string, Extent>>;
}

/**
 * The folders of `src/` from the inside out; the longest name that fits a path counts. Adapters
 * (`cluster/*`, `load/senders`, `observe`, `process`) are composed by `run` and `commands` alone.
 */
export const FOLDERS: Readonly<Record<string, Folder>> = {
  core: { io: false, mayImport: {} },
  time: { io: true, mayImport: { core: 'all' } },
  load: { io: false, mayImport: { core: 'all', time: 'types' } },
  'load/driving': { io: false, mayImport: { core: 'all', time: 'all', load: 'all' } },
  timeline: { io: false, mayImport: { core: 'all', time: 'types', load: 'types' } },
  autoscaling: { io: false, mayImport: { core: 'all', time: 'types' } },
  probe: { io: false, mayImport: { core: 'all', time: 'types' } },
  pricing: { io: false, mayImport: { core: 'all' } },
  experiment: {
    io: false,
    mayImport: { core: 'all', pricing: 'all', time: 'types', load: 'all', autoscaling: 'all' },
  },
  analysis: {
    io: false,
    mayImport: {
      core: 'all',
      time: 'types',
      timeline: 'all',
      load: 'all',
      pricing: 'all',
      autoscaling: 'all',
      experiment: 'types',
    },
  },
  report: {
    io: false,
    mayImport: {
      core: 'all',
      time: 'types',
      timeline: 'all',
      load: 'all',
      autoscaling: 'all',
      experiment: 'types',
      analysis: 'all',
    },
  },
  calibration: {
    io: false,
    mayImport: {
      core: 'all',
      timeline: 'all',
      load: 'all',
      experiment: 'all',
      analysis: 'all',
    },
  },
  'control-plane': {
    io: false,
    mayImport: { core: 'all', time: 'all', autoscaling: 'all', probe: 'all' },
  },
  conformance: {
    io: false,
    mayImport: { core: 'all', time: 'all', autoscaling: 'all', 'control-plane': 'all' },
  },
  cluster: {
    io: false,
    mayImport: { core: 'all', time: 'types', load: 'types', experiment: 'types' },
  },
  'cluster/simulated': {
    io: false,
    mayImport: {
      core: 'all',
      time: 'all',
      load: 'all',
      'load/driving': 'all',
      timeline: 'all',
      probe: 'all',
      experiment: 'types',
      'control-plane': 'all',
      cluster: 'all',
    },
  },
  process: { io: true, mayImport: { core: 'all', time: 'all' } },
  'cluster/embedded': {
    io: true,
    mayImport: {
      core: 'all',
      time: 'all',
      probe: 'all',
      autoscaling: 'all',
      timeline: 'types',
      experiment: 'types',
      'control-plane': 'all',
      cluster: 'all',
      process: 'all',
    },
  },
  'cluster/kubernetes': {
    io: true,
    mayImport: { core: 'all', time: 'all', load: 'types', cluster: 'all' },
  },
  'load/senders': {
    io: true,
    mayImport: {
      core: 'all',
      time: 'all',
      load: 'all',
      'load/driving': 'all',
      timeline: 'all',
      process: 'all',
    },
  },
  observe: {
    io: true,
    mayImport: {
      core: 'all',
      time: 'all',
      load: 'all',
      timeline: 'all',
      experiment: 'types',
      'control-plane': 'types',
      cluster: 'all',
    },
  },
  run: {
    io: true,
    mayImport: {
      core: 'all',
      time: 'all',
      load: 'all',
      timeline: 'all',
      experiment: 'all',
      analysis: 'all',
      report: 'all',
      'control-plane': 'types',
      cluster: 'all',
      'cluster/simulated': 'all',
      calibration: 'all',
      observe: 'all',
      process: 'all',
    },
  },
  commands: { io: true, mayImport: { '*': 'all' } },
  'cli.ts': { io: true, mayImport: { core: 'all', process: 'all', commands: 'all' } },
};

/** Packages without any input or output: allowed everywhere. */
const PURE_PACKAGES = new Set([
  '@bufbuild/protobuf',
  'asciichart',
  'fast-json-patch',
  'hdr-histogram-js',
  'yaml',
  'zod',
]);

/** Packages that reach the world, with the only folders that may use them. */
const HOME_OF_PACKAGE: Readonly<Record<string, readonly string[]>> = {
  '@kubernetes/client-node': ['cluster/kubernetes'],
  autocannon: ['load/senders'],
  commander: ['commands', 'cli.ts'],
  'log-update': ['commands'],
  'prometheus-query': ['observe'],
  // client-node itself sends with it, and its connections go nowhere else
  undici: ['load/senders', 'cluster/kubernetes'],
  ws: ['cluster/embedded'],
};

const USE_THE_CLOCK = 'take `nowMs` or a Clock (src/time/clock.ts) as an argument';

interface Ambient {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Where it may be used. */
  readonly isAllowedIn: (path: string, folder: Folder) => boolean;
}

const isInTime = (path: string): boolean => path.startsWith('src/time/');
const isOfIo = (_path: string, { io }: Folder): boolean => io;

/** Globals that are the world: a name that stands alone or is read from `globalThis`. */
const AMBIENT: readonly Ambient[] = [
  {
    pattern: /(?<![\w$#.]|\.\s*)(?:globalThis\.)?(Date\.now|new Date\(\s*\)|Date\(\s*\))/g,
    instead: USE_THE_CLOCK,
    isAllowedIn: isInTime,
  },
  {
    pattern: /(?<![\w$#.])(?:globalThis\.)?(performance\b|process\.(?:hrtime|uptime)\b)/g,
    instead: USE_THE_CLOCK,
    isAllowedIn: isInTime,
  },
  {
    pattern: /(?<![\w$#.])(?:globalThis\.)?(setTimeout|setInterval|setImmediate)\b/g,
    instead: 'wait with a Clock (src/time/clock.ts): `after` or `sleep`',
    isAllowedIn: isInTime,
  },
  {
    pattern: /(?<![\w$#.])(?:globalThis\.)?(Math\.random)\b/g,
    instead: 'take a Random (src/core/random.ts) as an argument',
    isAllowedIn: (path) => path === 'src/core/random.ts',
  },
  {
    pattern: /(?<![\w$#.])(?:globalThis\.)?(process|console|fetch|crypto)(?=\s*[.(])/g,
    instead: 'pass in the value, or move this to a folder that does I/O',
    isAllowedIn: isOfIo,
  },
];

/** Node's modules that are clocks or timers in another guise. */
const TIME_MODULES = new Set(['node:timers', 'node:timers/promises']);

/** What in these files is against the layers, `path:line: what, and what to do instead`. */
export function architectureFaults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, text }) => {
    if (path.startsWith('sample-service/')) return outsiderFaults(path, text);
    const name = folderOf(path);
    const folder = name === undefined ? undefined : FOLDERS[name];
    if (name === undefined || folder === undefined) {
      return [
        `${path}:1: is in no folder of the table in test/support/architecture.ts; add it there`,
      ];
    }
    return [
      ...importFaults({ path, text }, name, folder),
      ...ambientFaults({ path, text }, folder),
    ];
  });
}

/** The folder of the table that a file under `src/` belongs to. */
function folderOf(path: string): string | undefined {
  const inside = path.replace(/^src\//, '');
  return Object.keys(FOLDERS)
    .filter((name) => inside === name || inside.startsWith(`${name}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

function importFaults(file: SourceFile, name: string, folder: Folder): readonly string[] {
  return importsOf(file.text).flatMap(({ specifier, line, isTypeOnly }) => {
    const fault = specifier.startsWith('.')
      ? ownImportFault(posix.join(posix.dirname(file.path), specifier), {
          name,
          folder,
          isTypeOnly,
        })
      : foreignImportFault(specifier, name, folder);
    return fault === undefined ? [] : [`${file.path}:${line}: ${fault}`];
  });
}

function ownImportFault(
  target: string,
  from: { readonly name: string; readonly folder: Folder; readonly isTypeOnly: boolean },
): string | undefined {
  const { name, folder, isTypeOnly } = from;
  if (!target.startsWith('src/'))
    return `src may not import ${target}; nothing outside src is part of it`;
  const to = folderOf(target);
  if (to === undefined)
    return `${target} is in no folder of the table in test/support/architecture.ts`;
  const extent = to === name ? 'all' : (folder.mayImport[to] ?? folder.mayImport['*']);
  if (extent === 'all' || (extent === 'types' && isTypeOnly)) return undefined;
  if (extent === 'types') return `${name} may import only types of ${to}; use \`import type\``;
  const allowed = Object.keys(folder.mayImport);
  const list = allowed.length === 0 ? 'nothing' : allowed.join(', ');
  return `${name} may not import ${to} (it may import ${list}); pass the value in, or move what both need further in`;
}

function foreignImportFault(specifier: string, name: string, folder: Folder): string | undefined {
  if (specifier.startsWith('node:')) {
    if (TIME_MODULES.has(specifier) && name !== 'time') {
      return `${specifier} is a clock of its own; ${USE_THE_CLOCK}`;
    }
    return folder.io
      ? undefined
      : `${name} does no I/O and may not import ${specifier}; pass in what was read, or move this to an adapter`;
  }
  const [first = '', second = ''] = specifier.split('/');
  const packageName = first.startsWith('@') ? `${first}/${second}` : first;
  if (PURE_PACKAGES.has(packageName)) return undefined;
  const homes = HOME_OF_PACKAGE[packageName];
  if (homes === undefined) {
    return `package ${packageName} is not in the table in test/support/architecture.ts; add it there with the folder that may use it`;
  }
  return homes.includes(name)
    ? undefined
    : `only ${homes.join(' and ')} may import ${packageName}; use what that folder offers`;
}

function ambientFaults({ path, text }: SourceFile, folder: Folder): readonly string[] {
  const code = codeOnly(text);
  return AMBIENT.filter(({ isAllowedIn }) => !isAllowedIn(path, folder)).flatMap(
    ({ pattern, instead }) =>
      [...code.matchAll(pattern)].map(
        (match) =>
          `${path}:${lineAt(code, match.index)}: ${match[1] ?? match[0]} is ambient; ${instead}`,
      ),
  );
}

/** The sample service is a program of its own. */
function outsiderFaults(path: string, text: string): readonly string[] {
  return importsOf(text)
    .filter(
      ({ specifier }) =>
        specifier.startsWith('.') &&
        !posix.join(posix.dirname(path), specifier).startsWith('sample-service/'),
    )
    .map(
      ({ specifier, line }) =>
        `${path}:${line}: the sample service may not import ${specifier}; it is a program of its own`,
    );
}
