/** The options that the server runs with, the profiles, the version. They are set where it is started. */
import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import type { Settings } from '../../http/admin/messages.js';
import { Empty } from '../components/empty.js';
import { ListTable } from '../components/list-table.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { useNarrow } from '../components/use-narrow.js';
import { PROFILE_WORDS } from '../components/words.js';
import { queries } from '../queries.js';
import { amountText, type Option } from './amount.js';

const COLUMNS: readonly TableProps.ColumnDefinition<Option>[] = [
  {
    id: 'name',
    header: 'Option',
    isRowHeader: true,
    sortingField: 'name',
    cell: ({ name, description }) => (
      <>
        <strong>{name}</strong>
        <Box color="text-body-secondary">
          <span className="break-anywhere">{description}</span>
        </Box>
      </>
    ),
  },
  {
    id: 'value',
    header: 'Value',
    cell: (option) => (
      <>
        <span className="break-anywhere">{amountText(option)}</span>{' '}
        {option.isDefault ? (
          <Box variant="span" color="text-body-secondary">
            (default)
          </Box>
        ) : (
          <Badge color="blue">Set here</Badge>
        )}
      </>
    ),
  },
  {
    id: 'env',
    header: 'Environment variable',
    minWidth: 290,
    sortingField: 'env',
    cell: ({ env }) => <span className="monospace">{env}</span>,
  },
];

/** On a phone all of it stands in one cell. */
const NARROW_COLUMNS: typeof COLUMNS = [
  {
    ...(COLUMNS[0] as TableProps.ColumnDefinition<Option>),
    cell: (option) => (
      <>
        {COLUMNS.map(({ id, cell }) => (
          <div key={id}>{cell(option)}</div>
        ))}
      </>
    ),
  },
];

export function SettingsPage() {
  const isNarrow = useNarrow();
  const settings = useQuery(queries.settings);
  const options = useQuery({ ...queries.settings, select: (data: Settings) => data.options });
  return (
    <Page
      title="Settings"
      description="What the server runs with. Settings are changed where it is started: in its environment or on its command line."
    >
      <ListTable
        query={options}
        columns={isNarrow ? NARROW_COLUMNS : COLUMNS}
        noun="option"
        label="Options"
        trackBy={({ name }) => name}
        searchText={({ name, description, env }) => `${name} ${description} ${env}`}
        header="Options"
        empty={<Empty title="No options" />}
      />
      <Container header={<Header variant="h2">Profiles and version</Header>}>
        <Loaded query={settings} what="the profiles">
          {({ profiles, version }) => (
            <KeyValuePairs
              columns={2}
              minColumnWidth={240}
              items={[
                ...profiles.map(({ name, description }) => ({
                  label: PROFILE_WORDS[name] ? `${PROFILE_WORDS[name].label} (${name})` : name,
                  value: description,
                })),
                { label: 'Version', value: version },
              ]}
            />
          )}
        </Loaded>
      </Container>
    </Page>
  );
}
