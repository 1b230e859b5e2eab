/** What a comparison reads of one run: the measures of its `report.json`, and whether they count. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { measureNamed } from '../analysis/catalogue/catalogue.js';
import { measureFacts, type MeasureFacts, type Trial } from '../analysis/compare/trial-group.js';
import { noData, type Measure } from '../analysis/measure.js';
import { verdictFields } from '../report/json/verdict-section.js';
import { runFields } from '../report/json/run-section.js';
import { RESULT_FILES } from '../run/result-folder.js';

/** One run, as far as comparisons go. */
export interface RunReport {
  readonly folder: string;
  readonly experiment: string;
  readonly runId: string;
  readonly startedAt: string;
  readonly target: string;
  readonly labVersion: string;
  readonly gitRevision: string;
  readonly platform: string;
  /** Of everything random of it. */
  readonly seed?: number;
  readonly measures: readonly MeasureFacts[];
  /** Absent where the run says itself that they are no result. */
  readonly figures: Trial['figures'];
  /** What was run, as far as the report tells. */
  readonly settings: unknown;
}

/** Of the reports that can be read. */
const REPORT_VERSION = 2;

const reportShape = z.looseObject({
  experiment: runFields.experiment,
  run: runFields.run,
  environment: runFields.environment.loose(),
  generator: z.looseObject({ kind: z.string() }),
  measures: verdictFields.measures,
});

type Report = z.output<typeof reportShape>;

/** The report of a run; undefined when it cannot be read, and why is added to the faults. */
export function readRunReport(folder: string, faults: string[]): RunReport | undefined {
  const path = join(folder, RESULT_FILES.json);
  const content = readJson(path, faults);
  if (content === undefined) return undefined;
  const version = z.looseObject({ schemaVersion: z.unknown() }).safeParse(content);
  const found = version.data?.schemaVersion;
  if (found !== REPORT_VERSION) {
    faults.push(
      `${path}: expected a report of schemaVersion ${REPORT_VERSION}, found ${JSON.stringify(found) ?? 'none'}; \`npm run report -- ${folder}\` writes it anew`,
    );
    return undefined;
  }
  const parsed = reportShape.safeParse(content);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    faults.push(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no report'}`);
    return undefined;
  }
  const report = parsed.data;
  if (report.experiment.kind !== 'measured') {
    faults.push(`${path}: it does not say which experiment it is of`);
    return undefined;
  }
  return runReport(folder, report, report.experiment.value.name);
}

function runReport(folder: string, report: Report, experiment: string): RunReport {
  const { run, environment } = report;
  const { seed, gitRevision, target, labVersion, platform } = environment;
  return {
    folder,
    experiment,
    runId: run.id,
    startedAt: run.startedAt,
    target,
    labVersion,
    gitRevision: gitRevision.kind === 'measured' ? gitRevision.value : 'unknown',
    platform,
    ...(seed.kind === 'measured' ? { seed: seed.value } : {}),
    measures: Object.entries(report.measures).map(([name, facts]) => measureFacts(name, facts)),
    figures: figuresOf(report),
    settings: { settings: environment.settings, manifests: environment.manifests },
  };
}

/** What a run says of itself counts: figures of half a run, or of a late sender, are none. */
function figuresOf({ measures, run, generator }: Report): Trial['figures'] {
  const { outcome } = run;
  const broken =
    outcome.kind === 'completed'
      ? undefined
      : noData(`not a whole run: ${outcome.because.split('\n', 1)[0] ?? outcome.kind}`);
  const late = LATE[generator.kind];
  const figures = Object.entries(measures).map(([name, { figure }]): [string, Measure] => {
    if (broken !== undefined) return [name, broken];
    const isSpoilt = late !== undefined && measureNamed(name)?.needsPunctualSender === true;
    return [name, isSpoilt ? noData(late) : figure];
  });
  return Object.fromEntries(figures);
}

const LATE: Readonly<Partial<Record<string, string>>> = {
  saturated: 'the load generator fell behind',
  unknown: 'whether the load generator kept up is not known',
};

function readJson(path: string, faults: string[]): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    faults.push(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  try {
    const content: unknown = JSON.parse(text);
    return content ?? {};
  } catch (error) {
    faults.push(`${path}: no JSON: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
