/** The columns of the list of receivers. */
import type { TableProps } from '@cloudscape-design/components/table';
import type { ReceiverView } from '../../http/admin/messages.js';
import { NameCell } from '../components/name-cell.js';
import { Time } from '../components/time.js';
import { paths } from '../paths.js';
import { DeliveryState } from './delivery-state.js';
import { eventsText, RECEIVER_WORDS } from './words.js';

export function receiverColumns(tenant: string): TableProps.ColumnDefinition<ReceiverView>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      isRowHeader: true,
      sortingField: 'name',
      minWidth: 130,
      cell: ({ id, name, url }) => <NameCell href={paths.receiver(tenant, id)} name={name} detail={url} />,
    },
    { id: 'kind', header: 'Kind', sortingField: 'kind', cell: ({ kind }) => RECEIVER_WORDS[kind].label },
    {
      id: 'state',
      header: 'State',
      minWidth: 150,
      cell: ({ delivery, paused }) => <DeliveryState delivery={delivery} paused={paused} />,
    },
    { id: 'events', header: 'Events', cell: ({ events }) => eventsText(events) },
    { id: 'created', header: 'Created', sortingField: 'created', cell: ({ created }) => <Time value={created} /> },
  ];
}
