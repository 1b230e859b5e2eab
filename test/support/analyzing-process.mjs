// Reads and analyzes a result folder in a process of its own: `node analyzing-process.mjs DIST FOLDER`.
// Prints, as JSON, how long it took, the CPU it took, and the most memory it ever held.
import { pathToFileURL } from 'node:url';

const [dist, folder] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${dist}/${path}`).href);
const { readTimeline } = await load('run/read-timeline.js');
const { analyze } = await load('analysis/analyze.js');

const cpuBefore = process.cpuUsage();
const startedMs = performance.now();
const { timeline } = readTimeline(folder);
const readMs = performance.now() - startedMs;
const { wholeLoad } = analyze(timeline);
const elapsedMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(cpuBefore);
if (wholeLoad.kind !== 'measured') throw new Error('expected a load to have been analyzed');
const { maxRSS } = process.resourceUsage();
const seen = { readMs, elapsedMs, cpuMs: (user + system) / 1_000, peakBytes: maxRSS * 1_024 };
process.stdout.write(`${JSON.stringify(seen)}\n`);
