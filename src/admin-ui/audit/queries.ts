import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AuditList } from '../../http/admin/messages.js';
import { api } from '../api.js';

/** Empty texts do not narrow. */
export interface AuditFilter {
  readonly tenant: string;
  readonly action: string;
}

const ON_PAGE = 50;

/** What admins have done, newest first. */
export const auditQuery = ({ tenant, action }: AuditFilter, before: number | undefined) =>
  queryOptions({
    queryKey: ['audit', tenant, action, before],
    queryFn: ({ signal }) =>
      api.get<AuditList>(
        '/audit',
        { tenant: tenant || undefined, action: action || undefined, before, limit: ON_PAGE },
        signal,
      ),
    placeholderData: keepPreviousData,
  });
