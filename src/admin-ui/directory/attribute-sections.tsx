import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Empty } from '../components/empty.js';
import { type AttributeRow, type AttributeValue, labelOf, sectionsOf } from './attributes.js';
import { Scrolling } from './scrolling.js';
import './directory.css';

/** Short values side by side; lists and tables get the whole width. */
export function AttributeSections({ resource }: { readonly resource: Readonly<Record<string, unknown>> }) {
  const sections = sectionsOf(resource);
  if (sections.length === 0) return <Empty title="No attributes">The client has set none that are shown.</Empty>;
  return (
    <SpaceBetween size="m">
      {sections.map(({ title, urn, rows }) => (
        <Container
          key={urn ?? ''}
          header={
            <Header variant="h2" {...(urn && { description: <span className="break-anywhere">{urn}</span> })}>
              {title}
            </Header>
          }
        >
          <SpaceBetween size="l">
            <Pairs rows={rows.filter(isShort)} />
            {rows
              .filter((row) => !isShort(row))
              .map((row) => (
                <div key={row.path}>
                  <Label row={row} />
                  <Value row={row} />
                </div>
              ))}
          </SpaceBetween>
        </Container>
      ))}
    </SpaceBetween>
  );
}

const isShort = ({ value }: AttributeRow) => value.kind === 'text' || (value.kind === 'list' && value.texts.length < 4);

function Pairs({ rows }: { readonly rows: readonly AttributeRow[] }) {
  if (rows.length === 0) return null;
  return (
    <KeyValuePairs
      columns={3}
      minColumnWidth={200}
      items={rows.map((row) => ({ label: <Label row={row} />, value: <Value row={row} /> }))}
    />
  );
}

/** The name for people; the one of the schema is its title, and stands in the filter and the JSON. */
function Label({ row }: { readonly row: AttributeRow }) {
  return (
    <Box variant="awsui-key-label">
      <span title={row.path}>{row.label}</span>
    </Box>
  );
}

function Value({ row }: { readonly row: AttributeRow }) {
  const { value } = row;
  switch (value.kind) {
    case 'text':
      return <span className="break-anywhere">{value.text || '–'}</span>;
    case 'list':
      return (
        <ul className="plain-list">
          {value.texts.map((text, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: values may be equal, and their order is all they have
            <li key={at} className="break-anywhere">
              {text}
            </li>
          ))}
        </ul>
      );
    case 'table':
      return <ValueTable value={value} label={row.label} />;
    case 'group':
      return (
        <Box padding={{ left: 'm' }}>
          <SpaceBetween size="s">
            <Pairs rows={value.rows.filter(isShort)} />
            {value.rows
              .filter((each) => !isShort(each))
              .map((each) => (
                <div key={each.path}>
                  <Label row={each} />
                  <Value row={each} />
                </div>
              ))}
          </SpaceBetween>
        </Box>
      );
  }
}

function ValueTable({ value, label }: { readonly value: AttributeValue & { kind: 'table' }; readonly label: string }) {
  return (
    <Scrolling label={label}>
      <table className="plain-table" aria-label={label}>
        <thead>
          <tr>
            {value.columns.map((column) => (
              <th key={column} scope="col">
                {labelOf(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {value.rows.map((cells, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: values may be equal, and their order is all they have
            <tr key={at}>
              {cells.map((cell, column) => (
                <td key={value.columns[column]}>{cell || '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}
