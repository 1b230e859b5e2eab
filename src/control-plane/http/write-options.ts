/** The query of writes: dry run, field validation, and the options of DELETE. */
import { ApiError } from '../api-error.js';
import type { DeleteOptions } from '../api.js';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.js';
import { managerNameFaults, managerOfUserAgent } from '../managed-fields/manager-name.js';
import type { DecodeReport } from '../schema/decode.js';
import { isJsonObject } from '../schema/json.js';
import type { JsonObject } from '../schema/json.js';
import { DELETE_OPTIONS } from '../schema/request-types.js';
import { decodeMessage } from '../protobuf/decode-message.js';
import { PROTOBUF_MEDIA_TYPE, openEnvelope } from '../protobuf/envelope.js';
import { ProtobufError } from '../protobuf/wire.js';
import { bodyBytes, fromYaml, mediaType, unsupportedBody } from './body.js';
import type { RequestBody } from './body.js';
import { duplicateFields } from './duplicate-fields.js';
import { flag, integer } from './list-options.js';

/** What to do about fields that the type does not have. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Options of a create, update or patch. */
export interface WriteQuery {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** '' when the client does not say who it is. */
  readonly fieldManager: string;
  /** An apply takes what others own. */
  readonly isForced: boolean;
}

/**
 * Reads the query of a write.
 *
 * @param kind - of the options, as messages name it; those of an apply are named `PatchOptions` too.
 * @throws {ApiError} 422.
 */
export function parseWriteQuery(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'ApplyOptions',
): WriteQuery {
  const dryRun = query.getAll('dryRun');
  const validation = query.get('fieldValidation') ?? '';
  const fieldManager = query.get('fieldManager') ?? '';
  const faults = [
    ...(kind === 'ApplyOptions' && fieldManager === ''
      ? [requiredValue('fieldManager', 'is required for apply patch')]
      : []),
    ...(kind === 'PatchOptions' && query.has('force')
      ? [forbiddenValue('force', 'may not be specified for non-apply patch')]
      : []),
    ...managerNameFaults('fieldManager', fieldManager),
    ...(dryRun.every((value) => value === 'All')
      ? []
      : [unsupportedValue('dryRun', dryRun, ['All'])]),
    ...(['', 'Ignore', 'Warn', 'Strict'].includes(validation)
      ? []
      : [unsupportedValue('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn'])]),
  ];
  if (faults.length > 0) {
    const options = kind === 'ApplyOptions' ? 'PatchOptions' : kind;
    throw ApiError.invalid({ group: 'meta.k8s.io', kind: options }, '', faults);
  }
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    isForced: flag(query, 'force'),
    fieldValidation: validation === 'Ignore' || validation === 'Strict' ? validation : 'Warn',
  };
}

/** Who writes: what the query says, else what the client is by its `User-Agent`. */
export function managerOf(
  request: { readonly userAgent: string | undefined },
  { fieldManager }: Pick<WriteQuery, 'fieldManager'>,
): string {
  return fieldManager === '' ? managerOfUserAgent(request.userAgent) : fieldManager;
}

/** Collects fields that are unknown or given twice and says what follows from them. */
export class FieldReport implements DecodeReport {
  readonly unknownFields: string[] = [];
  readonly #validation: FieldValidation;
  readonly #known: readonly string[];

  /**
   * @param body - the JSON text whose repeated fields count; absent: there is none.
   * @param faults - what was found already, said first.
   */
  constructor(validation: FieldValidation, body?: string, faults: readonly string[] = []) {
    this.#validation = validation;
    this.#known = [
      ...faults,
      ...(body === undefined || validation === 'Ignore' ? [] : duplicateFields(body)).map(
        (field) => `duplicate field ${JSON.stringify(field)}`,
      ),
    ];
  }

  /** Texts of the warnings to send; no header can have a text of more than one line. */
  get warnings(): readonly string[] {
    if (this.#validation !== 'Warn') return [];
    return this.#faults.filter((fault) => !fault.includes('\n'));
  }

  /** Why strict validation refuses the object; undefined when it does not. */
  get refusal(): string | undefined {
    if (this.#validation !== 'Strict' || this.#faults.length === 0) return undefined;
    return `strict decoding error: ${this.#faults.join(', ')}`;
  }

  get #faults(): readonly string[] {
    return [
      ...this.#known,
      ...this.unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`),
    ];
  }
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/**
 * Options of a DELETE, from its body or else from its query.
 *
 * @throws {ApiError} 400, 415 or 422.
 * @see Source: kubernetes `apiserver/pkg/endpoints/handlers/delete.go`;
 *   `apimachinery/pkg/apis/meta/v1/validation/validation.go`, `ValidateDeleteOptions`.
 */
export function parseDeleteOptions(
  request: RequestBody & { readonly query: URLSearchParams },
): DeleteOptions {
  if (bodyBytes(request).length === 0) return checked(fromQuery(request.query));
  return deleteOptionsOf(readOptions(request));
}

/** Options of a deletion from JSON. @throws {ApiError} 422. */
export function deleteOptionsOf(value: JsonObject): DeleteOptions {
  return checked(fromBody(value));
}

function checked(given: GivenDeleteOptions): DeleteOptions {
  const { orphanDependents, propagationPolicy, gracePeriodSeconds, dryRun } = given;
  const policy = POLICIES.find((name) => name === propagationPolicy);
  const faults = [
    ...(propagationPolicy === undefined || policy !== undefined
      ? []
      : [unsupportedValue('propagationPolicy', propagationPolicy, [...POLICIES, 'nil'])]),
    ...(propagationPolicy !== undefined && orphanDependents !== undefined
      ? [
          invalidValue(
            'propagationPolicy',
            propagationPolicy,
            'orphanDependents and deletionPropagation cannot be both set',
          ),
        ]
      : []),
    ...(dryRun.every((value) => value === 'All')
      ? []
      : [unsupportedValue('dryRun', dryRun, ['All'])]),
  ];
  if (faults.length > 0) {
    throw ApiError.invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults);
  }
  const orphanPolicy =
    orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background';
  const effective = policy ?? orphanPolicy;
  return {
    ...(gracePeriodSeconds === undefined
      ? {}
      : { gracePeriodSeconds: gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds }),
    ...(effective === undefined ? {} : { propagationPolicy: effective }),
    ...(given.preconditions === undefined ? {} : { preconditions: given.preconditions }),
    ...(dryRun.length > 0 ? { dryRun: true } : {}),
  };
}

interface GivenDeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: string | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly dryRun: readonly unknown[];
  readonly preconditions: DeleteOptions['preconditions'];
}

function fromQuery(query: URLSearchParams): GivenDeleteOptions {
  return {
    gracePeriodSeconds: integer(query, 'gracePeriodSeconds'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: query.has('orphanDependents') ? flag(query, 'orphanDependents') : undefined,
    dryRun: query.getAll('dryRun').filter((value) => value !== ''),
    preconditions: undefined,
  };
}

function fromBody(value: JsonObject): GivenDeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, dryRun } = value;
  const preconditions = value['preconditions'];
  return {
    gracePeriodSeconds: typeof gracePeriodSeconds === 'number' ? gracePeriodSeconds : undefined,
    propagationPolicy: typeof propagationPolicy === 'string' ? propagationPolicy : undefined,
    orphanDependents: typeof orphanDependents === 'boolean' ? orphanDependents : undefined,
    dryRun: Array.isArray(dryRun) ? dryRun : [],
    preconditions: isJsonObject(preconditions) ? readPreconditions(preconditions) : undefined,
  };
}

function readOptions(request: RequestBody): JsonObject {
  switch (mediaType(request.contentType)) {
    case '':
    case 'application/json':
      return parsedBody(() => JSON.parse(request.body));
    case 'application/yaml':
      return parsedBody(() => fromYaml(request.body));
    case PROTOBUF_MEDIA_TYPE:
      return optionsMessage(bodyBytes(request));
    default:
      throw unsupportedBody();
  }
}

function optionsMessage(bytes: Uint8Array): JsonObject {
  try {
    const { kind, message } = openEnvelope(bytes);
    if (kind !== '' && kind !== 'DeleteOptions') {
      throw ApiError.badRequest('decoded object cannot be converted to DeleteOptions');
    }
    return decodeMessage(DELETE_OPTIONS, message);
  } catch (error) {
    if (error instanceof ProtobufError) throw ApiError.badRequest(error.message);
    throw error;
  }
}

function parsedBody(parse: () => unknown): JsonObject {
  let value: unknown;
  try {
    value = parse();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw ApiError.badRequest(`couldn't get version/kind; json parse error: ${error.message}`);
  }
  if (!isJsonObject(value)) {
    throw ApiError.badRequest("couldn't get version/kind; json parse error: expected an object");
  }
  return value;
}

function readPreconditions(value: JsonObject): NonNullable<DeleteOptions['preconditions']> {
  const { uid, resourceVersion } = value;
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}
