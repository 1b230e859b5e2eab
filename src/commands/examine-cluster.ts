/** The examination of a cluster before a run. */
import type { NamespaceClaim } from '../run/real-cluster/lab-namespace.js';
import { LabError } from '../core/errors.js';
import { examine, type ExaminationOptions } from '../run/doctor/examine.js';
import { findingsText } from '../run/doctor/finding.js';

/** What a run needs to know of its cluster. */
export interface Examined {
  readonly version?: string;
  readonly clockSkewMs: number;
  readonly claim: NamespaceClaim;
  /** What a reader of the run should know, in sentences. */
  readonly notes: readonly string[];
  /** What could not be had, in sentences. */
  readonly missing: readonly string[];
}

/**
 * Examines the cluster of a run; warnings are printed and noted.
 *
 * @throws {LabError} `CLUSTER_FAILED` with every blocker and what mends it.
 */
export async function examineBeforeRun(options: ExaminationOptions): Promise<Examined> {
  const { findings, version, skewMs, claim } = await examine(options);
  const blockers = findings.filter(({ level }) => level === 'blocker');
  if (blockers.length > 0) {
    const count = blockers.length === 1 ? 'a blocker' : `${blockers.length} blockers`;
    throw new LabError('CLUSTER_FAILED', `${count}:\n${findingsText(blockers)}`, {
      hint: 'nothing was changed on the cluster; `npm run doctor -- --context ...` examines it again',
    });
  }
  const warnings = findings.filter(({ level }) => level === 'warning');
  if (warnings.length > 0) process.stdout.write(`${findingsText(warnings)}\n`);
  const noted = findings.filter(({ level, check }) => level === 'warning' || check === 'clock');
  return {
    ...(version === undefined ? {} : { version }),
    clockSkewMs: skewMs,
    claim,
    notes: noted.map(({ check, text }) => `Before the run, ${check}: ${text}.`),
    missing: [
      'the CPU that pods truly used: what the metrics API tells of it is up to half a minute old',
    ],
  };
}
