/** What the pages of events read and change. */
import { keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query';
import type {
  DeadLetterList,
  DeliveryAttempt,
  EventList,
  IssuedReceiver,
  NewReceiver,
  ReceiverList,
  ReceiverPatch,
  ReceiverView,
  SubscriberView,
} from '../../http/admin/messages.js';
import { api, part } from '../api.js';
import { keys } from '../queries.js';

const keyOf = (tenant: string) => [...keys.tenant(tenant), 'events'];
const tenantPath = (tenant: string) => `/tenants/${part(tenant)}`;

/** Somebody who is told of events, as the API addresses them. */
export interface Told {
  readonly tenant: string;
  readonly kind: 'receivers' | 'subscribers';
  /** The id of a receiver, the name of a subscriber. */
  readonly id: string;
}

const toldPath = ({ tenant, kind, id }: Told) => `${tenantPath(tenant)}/${kind}/${part(id)}`;

export const eventQueries = {
  receivers: (tenant: string) =>
    queryOptions({
      queryKey: [...keyOf(tenant), 'receivers'],
      queryFn: ({ signal }) => api.get<ReceiverList>(`${tenantPath(tenant)}/receivers`, undefined, signal),
    }),
  receiver: (tenant: string, id: string) =>
    queryOptions({
      queryKey: [...keyOf(tenant), 'receivers', id],
      queryFn: ({ signal }) => api.get<ReceiverView>(`${tenantPath(tenant)}/receivers/${part(id)}`, undefined, signal),
    }),
  subscribers: (tenant: string) =>
    queryOptions({
      queryKey: [...keyOf(tenant), 'subscribers'],
      queryFn: async ({ signal }) =>
        (await api.get<{ items: readonly SubscriberView[] }>(`${tenantPath(tenant)}/subscribers`, undefined, signal))
          .items,
    }),
  deadLetters: (told: Told, before: string | undefined) =>
    queryOptions({
      queryKey: [...keyOf(told.tenant), told.kind, told.id, 'dead letters', before],
      queryFn: ({ signal }) => api.get<DeadLetterList>(`${toldPath(told)}/dead-letters`, { before, limit: 20 }, signal),
      placeholderData: keepPreviousData,
    }),
  latest: (tenant: string, before: string | undefined) =>
    queryOptions({
      queryKey: [...keyOf(tenant), 'latest', before],
      queryFn: ({ signal }) => api.get<EventList>(`${tenantPath(tenant)}/events`, { before, limit: 20 }, signal),
      placeholderData: keepPreviousData,
    }),
};

/** Changes of receivers and of what they are told; the lists are read again. */
export function useEventChanges(tenant: string) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: keyOf(tenant) });
  const then = async <T>(change: Promise<T>): Promise<T> => {
    const result = await change;
    void refresh();
    return result;
  };
  const receiver = (id: string) => toldPath({ tenant, kind: 'receivers', id });
  return {
    /** The secret is in the result and nowhere else. */
    create: (made: NewReceiver) => then(api.post<IssuedReceiver>(`${tenantPath(tenant)}/receivers`, made)),
    patch: (id: string, patch: ReceiverPatch) => then(api.patch<ReceiverView>(receiver(id), patch)),
    remove: (id: string) => then(api.delete(receiver(id))),
    /** The new secret is in the result and nowhere else. */
    rotate: (id: string, overlapHours: number) =>
      then(api.post<IssuedReceiver>(`${receiver(id)}/rotate`, { overlapHours })),
    test: (id: string) => then(api.post<DeliveryAttempt>(`${receiver(id)}/test`)),
    replay: (told: Told, after: number) => then(api.post(`${toldPath(told)}/replay`, { after })),
    redeliver: (told: Told, letter: string) =>
      then(api.post<DeliveryAttempt>(`${toldPath(told)}/dead-letters/${part(letter)}/redeliver`)),
    discard: (told: Told, letter: string) => then(api.delete(`${toldPath(told)}/dead-letters/${part(letter)}`)),
  };
}
