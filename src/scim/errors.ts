/**
 * The one table of SCIM errors. Knows: each error's HTTP status, its default sentence and its clause.
 * Does not know: HTTP responses (http/error-handler.ts turns a ScimError into one).
 */

interface ErrorKind {
  /** HTTP status code. */
  readonly status: number;
  /** What is said when the thrower has nothing more precise to say. */
  readonly detail: string;
  readonly section: string;
}

/** Errors with a `scimType`: of the names in RFC 7644 table 9 and RFC 9865 those that this server has a use for. */
const SCIM_TYPES = {
  invalidFilter: { status: 400, detail: 'The filter is not valid.', section: 'RFC 7644 §3.4.2.2' },
  uniqueness: { status: 409, detail: 'A value is already in use.', section: 'RFC 7644 §3.3.1' },
  mutability: { status: 400, detail: 'The attribute cannot be changed.', section: 'RFC 7644 §3.5.2' },
  invalidSyntax: { status: 400, detail: 'The request body is not a valid SCIM message.', section: 'RFC 7644 §3.12' },
  invalidPath: { status: 400, detail: 'The path is not valid.', section: 'RFC 7644 §3.5.2' },
  noTarget: { status: 400, detail: 'The path selects nothing.', section: 'RFC 7644 §3.5.2' },
  invalidValue: { status: 400, detail: 'A value is missing or does not fit the schema.', section: 'RFC 7644 §3.12' },
  invalidCursor: {
    status: 400,
    detail: 'The cursor was not given for this list; begin anew with an empty cursor.',
    section: 'RFC 9865 §2.1',
  },
  expiredCursor: {
    status: 400,
    detail: 'The cursor has expired; begin anew with an empty cursor.',
    section: 'RFC 9865 §2.1',
  },
  invalidCount: {
    status: 400,
    detail: 'A page by cursor needs a count that is a whole number from 1.',
    section: 'RFC 9865 §2.1',
  },
} as const satisfies Record<string, ErrorKind>;

/** Errors that HTTP's status code alone tells apart. */
const STATUS_ONLY = {
  unauthorized: { status: 401, detail: 'A valid credential is required.', section: 'RFC 7644 §2' },
  forbidden: { status: 403, detail: 'The credential does not allow this request.', section: 'RFC 7644 §3.12' },
  notFound: { status: 404, detail: 'There is no such resource.', section: 'RFC 7644 §3.12' },
  methodNotAllowed: { status: 405, detail: 'This method is not supported here.', section: 'RFC 9110 §15.5.6' },
  preconditionFailed: { status: 412, detail: 'The resource has changed since it was read.', section: 'RFC 7644 §3.14' },
  payloadTooLarge: { status: 413, detail: 'The request is larger than the server accepts.', section: 'RFC 7644 §3.12' },
  unsupportedMediaType: {
    status: 415,
    detail: 'Send application/scim+json or application/json.',
    section: 'RFC 7644 §3.1',
  },
  // Clients take 409 for a value that is in use, and would look for it; of 424 they at least know that it is no success.
  failedDependency: {
    status: 424,
    detail: 'Another operation failed that this one belongs together with.',
    section: 'RFC 4918 §11.4',
  },
  tooManyRequests: {
    status: 429,
    detail: 'Too many requests; try again later.',
    section: 'RFC 6585 §4',
  },
  internal: {
    status: 500,
    detail: 'The server failed; the log holds the reason under the request id.',
    section: 'RFC 7644 §3.12',
  },
  notImplemented: { status: 501, detail: 'This operation is not supported.', section: 'RFC 7644 §3.12' },
  unavailable: { status: 503, detail: 'The store is not available; try again later.', section: 'RFC 9110 §15.6.4' },
} as const satisfies Record<string, ErrorKind>;

/** Every error that this server answers, by name. `scimType` names are the RFCs' own. */
export const SCIM_ERRORS = { ...SCIM_TYPES, ...STATUS_ONLY };

export type ScimErrorName = keyof typeof SCIM_ERRORS;

/** Of RFC 7644 table 9 and RFC 9865. */
export type ScimType = keyof typeof SCIM_TYPES;

export const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** The error message of RFC 7644 §3.12; `status` is a string there. */
export interface ErrorMessage {
  schemas: [typeof ERROR_URN];
  status: string;
  scimType?: ScimType;
  detail: string;
}

/**
 * A request that cannot be answered. `detail` is for the client: what was wrong, where, and what to do.
 * `cause` is for the log alone.
 */
export class ScimError extends Error {
  readonly kind: ScimErrorName;
  readonly status: number;
  readonly detail: string;
  /** Of a filter: where in its text the mistake is, from 0; undefined where that is not known. */
  readonly position: number | undefined;

  constructor(kind: ScimErrorName, detail?: string, options?: { cause?: unknown; position?: number }) {
    super(detail ?? SCIM_ERRORS[kind].detail, options);
    this.name = 'ScimError';
    this.kind = kind;
    this.status = SCIM_ERRORS[kind].status;
    this.detail = this.message;
    this.position = options?.position;
  }

  /** The `scimType`, where RFC 7644 table 9 has one for this error. */
  get scimType(): ScimType | undefined {
    return this.kind in SCIM_TYPES ? (this.kind as ScimType) : undefined;
  }

  toMessage(): ErrorMessage {
    const scimType = this.scimType;
    return { schemas: [ERROR_URN], status: String(this.status), ...(scimType && { scimType }), detail: this.detail };
  }
}
