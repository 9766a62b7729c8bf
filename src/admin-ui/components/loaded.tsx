/** A query’s data, or that it is being read, or why it could not be. */
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api.js';
import { ErrorBox } from './error-box.js';
import { Wait } from './wait.js';

interface Props<T> {
  readonly query: UseQueryResult<T>;
  /** The end of “Reading …”. */
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}

/** Data that is there is shown even when reading it again failed, with the error above it. */
export function Loaded<T>({ query, what, children }: Props<T>) {
  // What is not there or not allowed stays so.
  const isFinal = query.error instanceof ApiError && [403, 404].includes(query.error.status);
  const error = query.error && <ErrorBox error={query.error} onRetry={isFinal ? undefined : () => query.refetch()} />;
  if (query.data === undefined) return error ?? <Wait what={what} />;
  return (
    <SpaceBetween size="l">
      {error}
      {children(query.data)}
    </SpaceBetween>
  );
}
