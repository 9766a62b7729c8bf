/** An error of the API, with what to do about it. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import { ApiError, OfflineError } from '../api.js';

interface Props {
  readonly error: unknown;
  /** Shows a button that tries again. */
  readonly onRetry?: (() => unknown) | undefined;
  /** Fields that show their own errors. */
  readonly fields?: readonly string[];
}

/** The header of an error: what kind of thing went wrong. */
function headerOf(error: unknown): string {
  if (error instanceof OfflineError) return 'No connection';
  if (!(error instanceof ApiError)) return 'Something went wrong';
  if (error.status === 401) return 'You are not signed in';
  if (error.status === 403) return 'You may not do this';
  if (error.status === 404) return 'It is not there';
  if (error.status === 409) return 'This does not go together with what is there';
  if (error.status === 429) return 'Too many requests';
  return error.status < 500 ? 'This was refused' : 'This did not work';
}

/** What belongs to no field that is shown. Undefined when there is nothing but errors of fields. */
function otherText(error: unknown, fields: readonly string[]): string | undefined {
  if (!(error instanceof ApiError) || error.fields.size === 0) {
    return error instanceof Error ? error.message : String(error);
  }
  const others = [...error.fields].filter(([field]) => !fields.includes(field));
  return others.length === 0 ? undefined : others.map(([field, message]) => `${field}: ${message}`).join(' ');
}

export function ErrorBox({ error, onRetry, fields = [] }: Props) {
  if (error === null || error === undefined) return null;
  const text = otherText(error, fields);
  if (text === undefined) return null;
  return (
    <div role="alert">
      <Alert
        type="error"
        header={headerOf(error)}
        action={onRetry && <Button onClick={() => void onRetry()}>Try again</Button>}
      >
        <span className="break-anywhere">{text}</span>
      </Alert>
    </div>
  );
}

/** The error of one field of a form, for FormField’s `errorText`; empty when it has none. */
export function fieldError(error: unknown, field: string): string {
  return error instanceof ApiError ? (error.fields.get(field) ?? '') : '';
}
