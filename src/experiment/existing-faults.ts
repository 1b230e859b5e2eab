/** Faults of experiments on a workload that is there already, and of those that bring none. */
import { valueAt } from '../core/json.js';
import type { Fault } from './fault.js';
import type { RawDocument } from './yaml-document.js';

/** What belongs together: manifests are applied, or an existing workload is observed in its namespace. */
export function existingFaults(document: RawDocument): readonly Fault[] {
  const { content } = document;
  const isExisting = valueAt(content, ['underTest', 'existing']) === true;
  const has = (field: string): boolean => valueAt(content, [field]) !== undefined;
  if (!isExisting)
    return has('manifests') ? [] : [document.fault(['manifests'], 'a list of paths')];
  const faults: Fault[] = [];
  if (has('manifests')) {
    const expected = 'no manifests beside underTest.existing: the workload is there already';
    faults.push(document.fault(['manifests'], expected));
  }
  if (!has('namespace')) {
    faults.push(document.fault(['namespace'], 'the namespace of the existing workload'));
  }
  if (valueAt(content, ['target']) !== 'kubernetes') {
    const expected = 'kubernetes, where underTest.existing names a workload that is there';
    faults.push(document.fault(['target'], expected));
  }
  return faults;
}
