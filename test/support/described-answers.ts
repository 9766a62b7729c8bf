/** Whether an answer is one that openapi.yaml describes: status, media type, headers, and the shape of the body. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type DescribedOperation, type Description, resolve, type SchemaObject } from './description.js';

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

export class DescribedAnswers {
  private readonly ajv: Ajv2020;
  private readonly validators = new Map<SchemaObject, ValidateFunction>();

  constructor(private readonly description: Description) {
    this.ajv = new Ajv2020({ strict: false, validateFormats: false });
    this.ajv.addSchema(description, 'openapi');
  }

  /** What is not as described; nothing when all is. */
  misfits(operation: DescribedOperation, { status, headers, text }: ReceivedAnswer): string[] {
    const described = operation.responses[status] ?? operation.responses.default;
    if (!described) return [`${status} is not described`];
    const { content, headers: named = {} } = resolve(this.description, described, 'responses');
    // A challenge goes with a 403 for want of a scope alone; other reasons for one are no matter of credentials.
    const expected = Object.keys(named).filter((name) => status !== 403 || name !== 'WWW-Authenticate');
    const missing = expected.filter((name) => !headers.has(name));
    const faults = missing.map((name) => `without ${name}`);
    const received = headers.get('content-type')?.split(';')[0];
    if (!content) return text === '' ? faults : [...faults, `a body where none is described: ${text}`];
    const schema = content[received ?? '']?.schema;
    if (!schema) return [...faults, `${received} is not described`];
    if (!JSON_TYPE.test(received ?? '')) return faults;
    const validate = this.validatorOf(schema);
    if (validate(JSON.parse(text))) return faults;
    return [...faults, `${this.ajv.errorsText(validate.errors)}: ${text}`];
  }

  private validatorOf(schema: SchemaObject): ValidateFunction {
    const known = this.validators.get(schema);
    if (known) return known;
    const rooted = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as SchemaObject;
    const validate = this.ajv.compile(rooted);
    this.validators.set(schema, validate);
    return validate;
  }
}
