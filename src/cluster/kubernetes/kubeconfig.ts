/** The context of a kubeconfig that a run was told to use. */
import { KubeConfig } from '@kubernetes/client-node';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { LabError } from '../../core/errors.js';
import { textOf } from './api-failure.js';

/** A context that is there. */
export interface KnownContext {
  /** As in `$KUBECONFIG`: one path or several. */
  readonly kubeconfigPath: string;
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  readonly user: string;
  /** The namespace that the context names; absent: none. */
  readonly namespace?: string;
}

/** Where a kubeconfig is when none is named: `$KUBECONFIG`, else `~/.kube/config`. */
export function defaultKubeconfigPath(environment: NodeJS.ProcessEnv): string {
  const named = environment['KUBECONFIG'];
  return named === undefined || named === '' ? join(homedir(), '.kube', 'config') : named;
}

/**
 * Loads a kubeconfig with one of its contexts chosen. The file's own current context counts for nothing.
 *
 * @param kubeconfigPath - as in `$KUBECONFIG`: of several files the first that names a thing wins.
 * @throws {LabError} `CLUSTER_FAILED` when it cannot be read or the context does not exist; those that do are listed.
 */
export function loadKubeconfig(kubeconfigPath: string, context: string): KubeConfig {
  const config = readKubeconfig(kubeconfigPath);
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    const list = names.length === 0 ? 'none' : names.toSorted().join(', ');
    throw new LabError(
      'CLUSTER_FAILED',
      `expected the name of a context in ${kubeconfigPath}, got "${context}"`,
      { hint: `contexts there: ${list}` },
    );
  }
  config.setCurrentContext(context);
  if (config.getCurrentCluster() === null) {
    throw new LabError(
      'CLUSTER_FAILED',
      `context "${context}" of ${kubeconfigPath} names a cluster that the file does not describe`,
      { hint: `kubectl config view --context ${context} shows what is there` },
    );
  }
  return config;
}

/**
 * What a context stands for.
 *
 * @throws {LabError} `CLUSTER_FAILED`, see {@link loadKubeconfig}.
 */
export function knownContext(kubeconfigPath: string, context: string): KnownContext {
  const config = loadKubeconfig(kubeconfigPath, context);
  const found = config.getContextObject(context);
  return {
    kubeconfigPath,
    context,
    server: config.getCurrentCluster()?.server ?? '',
    user: found?.user ?? '',
    ...(found?.namespace === undefined ? {} : { namespace: found.namespace }),
  };
}

/**
 * The names of all contexts.
 *
 * @throws {LabError} `CLUSTER_FAILED` when the kubeconfig cannot be read.
 */
export function contextNames(kubeconfigPath: string): readonly string[] {
  return readKubeconfig(kubeconfigPath)
    .getContexts()
    .map(({ name }) => name)
    .toSorted();
}

function readKubeconfig(kubeconfigPath: string): KubeConfig {
  const all = kubeconfigPath.split(delimiter).filter((path) => path !== '');
  // kubectl passes over those that are missing as well, where several are named
  const present = all.length > 1 ? all.filter((path) => existsSync(path)) : all;
  const config = new KubeConfig();
  for (const [index, path] of present.entries()) {
    try {
      if (index === 0) {
        config.loadFromFile(path);
        continue;
      }
      const more = new KubeConfig();
      more.loadFromFile(path);
      addUnknown(config, more);
    } catch (error) {
      throw new LabError('CLUSTER_FAILED', `cannot read the kubeconfig ${path}: ${textOf(error)}`, {
        hint: '--kubeconfig names another file; `kubectl config view` shows what kubectl reads',
        cause: error,
      });
    }
  }
  if (present.length === 0) {
    throw new LabError('CLUSTER_FAILED', `there is no kubeconfig at ${kubeconfigPath}`, {
      hint: '--kubeconfig names another file',
    });
  }
  return config;
}

function addUnknown(config: KubeConfig, more: KubeConfig): void {
  for (const cluster of more.getClusters()) {
    if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
  }
  for (const user of more.getUsers()) {
    if (config.getUser(user.name) === null) config.addUser(user);
  }
  for (const context of more.getContexts()) {
    if (config.getContextObject(context.name) === null) config.addContext(context);
  }
}
