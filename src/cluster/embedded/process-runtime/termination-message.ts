/** What a container says of its end: what it wrote to its message file, else the end of its log. */
import { readText } from '../run-guard/process-files.js';
import type { ContainerLog } from './container-log.js';

/** @see Source: kubernetes 1.36 `pkg/kubelet/container/container.go`: `MaxContainerTerminationMessageLength` and others. */
const MAX_MESSAGE = 4_096;
const MAX_LOG_MESSAGE = 2_048;
const MAX_LOG_LINES = 80;

/** The message file's text, at most 4 KiB; '' when there is none. */
export function fileMessage(path: string): string {
  return Buffer.from((readText(path) ?? '').slice(0, MAX_MESSAGE), 'latin1').toString('utf8');
}

const TAKEN_ADDRESS = /\bEADDRINUSE\b|address already in use/i;
const TAKEN_ADDRESS_HINT =
  'hpa-lab: the address to listen on is taken. Pods share the network of this machine: a service must ' +
  'listen on the address of its pod (POD_IP in its environment, $(POD_IP) in the command of its image; ' +
  'the port is $(PORT_8080) for containerPort 8080), not on 0.0.0.0';

/** What to tell a user of a failure that only pods of this cluster meet; '' for any other. */
export function failureHint(log: ContainerLog): string {
  return TAKEN_ADDRESS.test(logMessage(log)) ? TAKEN_ADDRESS_HINT : '';
}

/** The last 80 lines of a log, at most 2 KiB of them. */
export function logMessage(log: ContainerLog): string {
  const text = log.lines
    .slice(-MAX_LOG_LINES)
    .map((line) => `${line.text}\n`)
    .join('');
  return text.slice(-MAX_LOG_MESSAGE);
}
