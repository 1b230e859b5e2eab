/** Refusals of the API, as the `Status` objects that upstream answers with. */

/** Why one field was refused. */
export interface StatusCause {
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

/** What a `Status` says about the object concerned. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** `metav1.Status`. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  /** A list that expired names the token to go on with. */
  readonly metadata: { readonly continue?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: StatusReason;
  readonly details?: StatusDetails;
  readonly code?: number;
}

/** Upstream's machine-readable reasons that this API gives. */
export type StatusReason =
  | 'AlreadyExists'
  | 'BadRequest'
  | 'Conflict'
  | 'Expired'
  | 'Forbidden'
  | 'Gone'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'NonZeroExitCode'
  | 'NotFound'
  | 'RequestEntityTooLarge'
  | 'ServiceUnavailable'
  | 'InternalError'
  | 'TooManyRequests'
  | 'Unauthorized'
  | 'UnsupportedMediaType'
  | 'Timeout';

/** The kinds of field errors, by upstream's cause reasons. */
export type FieldErrorReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One fault of one field; `message` already begins as upstream's does (`Invalid value: 0: ...`). */
export interface FieldError {
  readonly reason: FieldErrorReason;
  readonly field: string;
  readonly message: string;
}

/** Group and plural of a resource: what a message about an object names. */
export interface GroupResource {
  readonly group: string;
  readonly plural: string;
}

/** Group and kind: what `Invalid` names. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/**
 * A refusal. `status` is the body of the answer.
 *
 * @see Source: kubernetes `apimachinery/pkg/api/errors/errors.go`; messages are upstream's.
 */
export class ApiError extends Error {
  readonly status: Status;

  constructor(
    status: Omit<Status, 'kind' | 'apiVersion' | 'metadata' | 'status'> &
      Partial<Pick<Status, 'metadata'>>,
  ) {
    super(status.message);
    this.name = 'ApiError';
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...status };
  }

  /** The HTTP status code. */
  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): StatusReason | undefined {
    return this.status.reason;
  }

  static notFound(resource: GroupResource, name: string): ApiError {
    return new ApiError({
      message: `${qualified(resource)} "${name}" not found`,
      reason: 'NotFound',
      details: resourceDetails(resource, name),
      code: 404,
    });
  }

  static alreadyExists(resource: GroupResource, name: string): ApiError {
    return new ApiError({
      message: `${qualified(resource)} "${name}" already exists`,
      reason: 'AlreadyExists',
      details: resourceDetails(resource, name),
      code: 409,
    });
  }

  /** @param because - what stands after `Operation cannot be fulfilled on ...: `. */
  static conflict(resource: GroupResource, name: string, because: string): ApiError {
    return new ApiError({
      message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${because}`,
      reason: 'Conflict',
      details: resourceDetails(resource, name),
      code: 409,
    });
  }

  /** @param because - what stands after `pods "x" is forbidden: `; `causes` may name fields. */
  static forbidden(
    resource: GroupResource,
    name: string,
    because: { readonly message: string; readonly causes?: readonly StatusCause[] },
  ): ApiError {
    const subject = name === '' ? qualified(resource) : `${qualified(resource)} "${name}"`;
    const { causes } = because;
    return new ApiError({
      message: `${subject} is forbidden: ${because.message}`,
      reason: 'Forbidden',
      details: {
        ...resourceDetails(resource, name),
        ...(causes === undefined ? {} : { causes }),
      },
      code: 403,
    });
  }

  /** All faults at once. */
  static invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): ApiError {
    const subject = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
    return new ApiError({
      message: `${subject} "${name}" is invalid: ${joinFieldErrors(errors)}`,
      reason: 'Invalid',
      details: {
        ...(name === '' ? {} : { name }),
        ...(kind.group === '' ? {} : { group: kind.group }),
        ...(kind.kind === '' ? {} : { kind: kind.kind }),
        causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
      },
      code: 422,
    });
  }

  static badRequest(message: string): ApiError {
    return new ApiError({ message, reason: 'BadRequest', code: 400 });
  }

  /** A fault that upstream answers with a bare 500: no reason, no details. */
  static unclassified(message: string): ApiError {
    return new ApiError({ message, code: 500 });
  }

  static internal(message: string): ApiError {
    return new ApiError({
      message: `Internal error occurred: ${message}`,
      reason: 'InternalError',
      details: { causes: [{ message }] },
      code: 500,
    });
  }

  /** A version that history no longer reaches. */
  static expired(version: number, currentVersion: number): ApiError {
    return new ApiError({
      message: `too old resource version: ${version} (${currentVersion})`,
      reason: 'Expired',
      code: 410,
    });
  }

  static methodNotAllowed(): ApiError {
    return new ApiError({
      message: 'the server does not allow this method on the requested resource',
      reason: 'MethodNotAllowed',
      details: {},
      code: 405,
    });
  }

  static unauthorized(): ApiError {
    return new ApiError({ message: 'Unauthorized', reason: 'Unauthorized', code: 401 });
  }
}

/**
 * Several field errors as one text: one alone as it is, more in brackets without repetitions.
 *
 * @see Source: `apimachinery/pkg/util/errors/errors.go`, `aggregate.Error`.
 */
export function joinFieldErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

function qualified({ plural, group }: GroupResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function resourceDetails({ plural, group }: GroupResource, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: plural,
  };
}
