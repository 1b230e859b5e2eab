/** Which real cluster a command may touch: named by the user, never taken from the current context. */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { LabError } from '../core/errors.js';
import type { ClusterSettings } from '../experiment/cluster-settings.js';
import type { KnownContext } from '../cluster/kubernetes/kubeconfig.js';

/** What the command line says of the cluster. */
export interface ContextFlags {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly yes?: boolean;
}

/** `~/.config/hpa-lab/contexts` (or under `$XDG_CONFIG_HOME`): a context a line, with its server where it is fixed. */
export function allowListPath(environment: NodeJS.ProcessEnv): string {
  const base = environment['XDG_CONFIG_HOME'];
  const config = base === undefined || base === '' ? join(homedir(), '.config') : base;
  return join(config, 'hpa-lab', 'contexts');
}

/** Whether the list names a context, without a server or with this one. Text after `#` counts for nothing. */
export function isAllowed(
  list: string,
  { context, server }: Pick<KnownContext, 'context' | 'server'>,
): boolean {
  return list.split('\n').some((line) => {
    const [name, at] = line.replace(/#.*$/, '').trim().split(/\s+/);
    return name === context && (at === undefined || at === server);
  });
}

/**
 * The context that the command line or the experiment names.
 *
 * @throws {LabError} `USAGE` when neither does; `CLUSTER_FAILED` when it does not exist (those that do are listed).
 */
export async function contextOf(
  flags: ContextFlags,
  settings: Pick<ClusterSettings, 'context' | 'kubeconfig'> = {},
): Promise<KnownContext> {
  const kubernetes = await import('../cluster/kubernetes/kubeconfig.js');
  const path =
    flags.kubeconfig ?? settings.kubeconfig ?? kubernetes.defaultKubeconfigPath(process.env);
  const context = flags.context ?? settings.context;
  if (context !== undefined) return kubernetes.knownContext(path, context);
  const names = kubernetes.contextNames(path);
  throw new LabError(
    'USAGE',
    'expected the name of a context: a real cluster is never taken from the current context',
    {
      hint: `add --context NAME (${path} has ${names.length === 0 ? 'none' : names.join(', ')}), or cluster.context to the experiment`,
    },
  );
}

/** `context kind-lab, server https://127.0.0.1:6443, user kind-lab`. */
export function contextText({ context, server, user }: KnownContext): string {
  return `context ${context}, server ${server}${user === '' ? '' : `, user ${user}`}`;
}

/**
 * Goes on when the user allowed the cluster: by the list, by `--yes`, or by an answer at the terminal.
 *
 * @throws {LabError} `CLUSTER_FAILED` when not.
 */
export async function requireAllowed(known: KnownContext, flags: ContextFlags): Promise<void> {
  const listPath = allowListPath(process.env);
  if (flags.yes === true || isAllowed(readList(listPath), known)) return;
  const how = `add --yes, or the line "${known.context} ${known.server}" to ${listPath}`;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new LabError(
      'CLUSTER_FAILED',
      `context ${known.context} (${known.server}) is not on the list of allowed contexts, and there is no terminal to ask at`,
      { hint: how },
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const asked = `touch the cluster at ${known.server} (context ${known.context})? [y]es, [a]lways, [N]o: `;
    const answer = (await terminal.question(asked)).trim().toLowerCase();
    if (['a', 'always'].includes(answer)) remember(listPath, known);
    else if (!['y', 'yes'].includes(answer)) {
      throw new LabError('CLUSTER_FAILED', `context ${known.context} was not allowed`, {
        hint: how,
      });
    }
  } finally {
    terminal.close();
  }
}

function readList(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // no list, nothing is allowed by it
  }
}

function remember(path: string, { context, server }: KnownContext): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${context} ${server}\n`);
}
