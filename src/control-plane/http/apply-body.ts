/** The body of a server-side apply. */
import { ApiError } from '../api-error.js';
import { shownKind } from '../managed-fields/managed-by-apply.js';
import { isJsonObject, textOf } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { jsonKind, mediaType } from './body.js';
import type { ApiRequest } from './messages.js';
import type { FieldValidation } from './write-options.js';
import { duplicateFields } from './duplicate-fields.js';
import { readYaml, yamlDuplicates } from './yaml-text.js';

/** Whether a PATCH applies a configuration. */
export function isApply({ contentType }: Pick<ApiRequest, 'contentType'>): boolean {
  return mediaType(contentType) === 'application/apply-patch+yaml';
}

/** Keys that a body gives twice. */
export interface DuplicateKeys {
  /**
   * Refuses them where fields are validated strictly; called when the configuration is found to fit, as
   * upstream looks for them last.
   *
   * @throws {ApiError} 400.
   */
  judge(validation: FieldValidation): void;
}

/** A configuration as it came. */
export interface AppliedBody {
  readonly applied: JsonObject;
  readonly duplicates: DuplicateKeys;
}

/**
 * The configuration that a request carries, in YAML or JSON.
 *
 * @throws {ApiError} 400 for what is neither, or is no object.
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/patch.go`, `applyPatcher`.
 */
export function appliedBody({ body }: Pick<ApiRequest, 'body'>): AppliedBody {
  const fromJson = parsedJson(body);
  if (fromJson !== undefined) return { applied: fromJson, duplicates: NO_DUPLICATES };
  const { value, fault } = readYaml(body);
  if (fault !== undefined) throw undecodable(`error converting YAML to JSON: ${fault}`);
  if (value !== null && value !== undefined && !isJsonObject(value)) {
    throw undecodable(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`,
    );
  }
  return {
    applied: isJsonObject(value) ? value : {},
    duplicates: {
      judge(validation) {
        if (validation === 'Strict') refuseDuplicates(body);
      },
    },
  };
}

const NO_DUPLICATES: DuplicateKeys = { judge: () => undefined };

/** The fast way for what is plain JSON without keys given twice; undefined: look closer. */
function parsedJson(body: string): JsonObject | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) && duplicateFields(body).length === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

function undecodable(because: string): ApiError {
  return ApiError.badRequest(`error decoding YAML: ${because}`);
}

/** Upstream's warning would have more than one line, which no header can have: it sends none. */
function refuseDuplicates(body: string): void {
  const found = yamlDuplicates(body);
  if (found === undefined) return;
  throw ApiError.badRequest(`error strict decoding YAML: error converting YAML to JSON: ${found}`);
}

/**
 * Refuses a configuration of another kind or version than the request is about.
 *
 * @throws {ApiError} 400.
 * @see Source: kubernetes `apimachinery/pkg/util/managedfields/internal/versioncheck.go`.
 */
export function refuseOtherType(
  applied: JsonObject,
  expected: { readonly group: string; readonly version: string; readonly kind: string },
): void {
  const { group, version, kind } = expected;
  const wanted = group === '' ? version : `${group}/${version}`;
  const given = textOf(applied['apiVersion']);
  const givenKind = textOf(applied['kind']);
  if (given === wanted && givenKind === kind) return;
  const isReadable = given.split('/').length <= 2;
  throw ApiError.badRequest(
    `invalid object type: ${isReadable ? shownKind(given, givenKind) : shownKind('', '')}`,
  );
}
