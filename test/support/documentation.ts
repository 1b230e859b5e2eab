/** Which exports have a docstring, and which files say what they are for. */
import { codeOnly, lineAt, type SourceFile } from './source-text.js';

/** An exported declaration; what is exported on from another file is documented there. */
const EXPORTED =
  /^export\s+(?:declare\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|const|let|class|interface|type|enum|namespace)\s+(?<name>[\w$]+)/gm;

/** What in these files is not documented, `path:line: what is missing`. */
export function documentationFaults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => [...fileFaults(file), ...exportFaults(file)]);
}

function fileFaults({ path, text }: SourceFile): readonly string[] {
  const first = text.replace(/^#!.*\n/, '').trimStart();
  return /^\/\*\*|^\/\/ /.test(first)
    ? []
    : [`${path}:1: expected the file to begin with a sentence that says what it is for`];
}

function exportFaults({ path, text }: SourceFile): readonly string[] {
  const code = codeOnly(text);
  const overloaded = new Set<string>();
  return [...code.matchAll(EXPORTED)].flatMap((match) => {
    const name = match.groups?.['name'] ?? '';
    // Further signatures of an overloaded function share the first one's docstring.
    if (/\bfunction\b/.test(match[0]) && overloaded.has(name)) return [];
    overloaded.add(name);
    const doc = docstringBefore(text, match.index);
    const place = `${path}:${lineAt(text, match.index)}`;
    if (doc === undefined) return [`${place}: expected a docstring before the export ${name}`];
    return doc === '' ? [`${place}: expected the docstring of ${name} to say something`] : [];
  });
}

/** The text of a docstring that ends right before an offset. */
function docstringBefore(text: string, offset: number): string | undefined {
  const before = text.slice(0, offset).trimEnd();
  if (!before.endsWith('*/')) return undefined;
  const start = before.lastIndexOf('/*');
  if (!before.startsWith('/**', start)) return undefined;
  return before
    .slice(start + '/**'.length, -'*/'.length)
    .replace(/^\s*\*/gm, '')
    .trim();
}
