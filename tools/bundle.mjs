// Puts the compiled modules of `dist/` and what they need to start into few files in `dist/bundle/`.
//
// Node takes about half a second to find, read and link the 800 modules that the embedded cluster
// consists of, and a tenth of that when they come in a few files. Nothing else changes: names and lines stay
// readable, and what is needed only by some commands is loaded from node_modules as ever.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const DIST = new URL('../dist/', import.meta.url);
const BUNDLE = new URL('bundle/', DIST);
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Packages that every start of a cluster needs. */
const BUNDLED = /^(zod|yaml|commander|ws|@bufbuild\/protobuf)(\/|$)/;

if (!isFresh()) await bundle();

/** Whether nothing was compiled since the last time. */
function isFresh() {
  const [made, ...from] = [
    new URL('cli.js', BUNDLE),
    new URL('.tsbuildinfo', DIST),
    new URL('../package-lock.json', DIST),
    new URL(import.meta.url),
  ].map((file) => (existsSync(file) ? statSync(file).mtimeMs : Number.NaN));
  return from.every((mtimeMs) => mtimeMs < made);
}

async function bundle() {
  const startedAt = new Date();
  const build = await rolldown({
    input: entries(),
    platform: 'node',
    external: (id) => !/^[./]/.test(id) && !BUNDLED.test(id),
    // what a package does in a way of its own is not ours to mend
    checks: { eval: false },
  });
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'part-[name]-[hash].js',
  });
  await build.close();
  mkdirSync(BUNDLE, { recursive: true });
  // parts first: their names say what is in them, so a cluster that runs or starts meanwhile keeps its own
  for (const { fileName, code } of output.toSorted((a, b) => a.isEntry - b.isEntry)) {
    const file = new URL(fileName, BUNDLE);
    const unnamed = new URL(`${fileName}.${process.pid}.partial`, BUNDLE);
    writeFileSync(unnamed, code);
    renameSync(unnamed, file);
  }
  // what was compiled since then is not in it
  utimesSync(new URL('cli.js', BUNDLE), startedAt, startedAt);
  removeOld(new Set(output.map(({ fileName }) => fileName)));
}

/** Removes parts that no bundle of the last day has. */
function removeOld(kept) {
  for (const name of readdirSync(BUNDLE)) {
    const file = new URL(name, BUNDLE);
    if (!kept.has(name) && Date.now() - statSync(file).mtimeMs > DAY_MS) rmSync(file);
  }
}

/** The command line, and the lab's own processes: their files are looked for beside whoever starts them. */
function entries() {
  const found = { cli: fileURLToPath(new URL('cli.js', DIST)) };
  for (const file of compiled(DIST)) {
    for (const [, entry] of readFileSync(file, 'utf8').matchAll(/\bentry: '(\.\/[\w-]+\.js)'/g)) {
      found[basename(entry, '.js')] = fileURLToPath(new URL(entry, file));
    }
  }
  return found;
}

/** Files that were compiled from `src/`: every folder of which is one in `dist/`. */
function compiled(folder, source = new URL('../src/', DIST)) {
  return readdirSync(source, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      return compiled(new URL(`${entry.name}/`, folder), new URL(`${entry.name}/`, source));
    }
    const file = new URL(entry.name.replace(/\.ts$/, '.js'), folder);
    return existsSync(file) ? [file] : [];
  });
}
