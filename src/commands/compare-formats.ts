/** A comparison in each format that it has. */
import type { TextReportOptions } from '../report/text-report.js';
import { comparisonHtml } from '../report/compare/html.js';
import { comparisonJsonText } from '../report/compare/json.js';
import { comparisonJunit } from '../report/compare/junit.js';
import { comparisonMarkdown } from '../report/compare/markdown.js';
import { comparisonText } from '../report/compare/text.js';
import type { ComparisonView } from '../report/compare/view.js';
import { readHtmlAssets } from './html-assets.js';

/** The formats, as `--format` names them. */
export const COMPARISON_FORMATS = ['ascii', 'json', 'markdown', 'html', 'junit'] as const;

/** See {@link COMPARISON_FORMATS}. */
export type ComparisonFormat = (typeof COMPARISON_FORMATS)[number];

/** The comparison in a format; `text` is for `ascii` alone. */
export function renderComparison(
  view: ComparisonView,
  format: ComparisonFormat,
  text: TextReportOptions,
): string {
  return RENDERERS[format](view, text);
}

const RENDERERS: Readonly<
  Record<ComparisonFormat, (view: ComparisonView, text: TextReportOptions) => string>
> = {
  ascii: comparisonText,
  json: comparisonJsonText,
  markdown: comparisonMarkdown,
  html: (view) => comparisonHtml(view, readHtmlAssets()),
  junit: comparisonJunit,
};
