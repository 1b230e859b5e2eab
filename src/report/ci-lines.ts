/** What a run writes into the log of a CI system: groups of lines, and annotations on what went wrong. */

/** A system whose log has a language of its own; `plain` is any other. */
export type CiSystem = 'github' | 'gitlab' | 'plain';

/** Which system runs us, by the variables that each sets. */
export function ciSystemOf(environment: Readonly<Record<string, string | undefined>>): CiSystem {
  if (environment['GITHUB_ACTIONS'] === 'true') return 'github';
  return environment['GITLAB_CI'] === 'true' ? 'gitlab' : 'plain';
}

/** Something that a reader of a CI run must see without opening its log. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  /** May have several lines. */
  readonly message: string;
}

/** An annotation as a line of the log, with its line end. */
export function annotationLine({ level, title, message }: Annotation, system: CiSystem): string {
  if (system === 'github') return githubCommand(level, { title }, message);
  return `${level}: ${title}: ${message.replaceAll(/\s*\n\s*/g, '; ')}\n`;
}

/**
 * A workflow command of GitHub Actions, with its line end.
 *
 * @see Source: actions/toolkit `packages/core/src/command.ts`, `escapeData` and `escapeProperty`.
 */
function githubCommand(
  name: string,
  properties: Readonly<Record<string, string>>,
  data: string,
): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapedProperty(value)}`);
  return `::${name}${list.length === 0 ? '' : ` ${list.join(',')}`}::${escapedData(data)}\n`;
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A group of lines. */
export interface LogGroup {
  /** Letters, digits, `_`, `.` and `-`; unique in the log. */
  readonly id: string;
  readonly title: string;
  /**
   * Where lines are not ours (logs of pods, messages of the API) they must not be read as commands:
   * GitHub takes none until this token comes again. It must not be guessable.
   */
  readonly token: string;
}

/**
 * What begins and ends a group; lines of others between the two are not taken for commands.
 *
 * @param nowMs - for GitLab, which shows how long a section took.
 * @see Source: GitHub "Workflow commands", stopping and starting; GitLab "Custom collapsible sections".
 */
export function groupBegin(group: LogGroup, system: CiSystem, nowMs: number): string {
  const { id, title, token } = group;
  if (system === 'github') {
    return githubCommand('group', {}, title) + githubCommand('stop-commands', {}, token);
  }
  if (system === 'plain') return '';
  return `\u001B[0Ksection_start:${seconds(nowMs)}:${id}[collapsed=true]\r\u001B[0K${title}\n`;
}

/** See {@link groupBegin}. */
export function groupEnd(group: LogGroup, system: CiSystem, nowMs: number): string {
  const { id, token } = group;
  if (system === 'github') return githubCommand(token, {}, '') + githubCommand('endgroup', {}, '');
  return system === 'plain' ? '' : `\u001B[0Ksection_end:${seconds(nowMs)}:${id}\r\u001B[0K\n`;
}

function seconds(nowMs: number): number {
  return Math.floor(nowMs / 1_000);
}
