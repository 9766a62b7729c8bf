import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ActivityFilter } from './filter.js';
import { exportHref } from './queries.js';

interface Props {
  readonly tenant: string;
  readonly filter: ActivityFilter;
}

/** Files of all requests that the filter wants, those that are not on the page included. */
export function ExportButtons({ tenant, filter }: Props) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        iconName="download"
        href={exportHref(tenant, 'csv', filter)}
        download
        ariaLabel="Export as CSV, with the current filter"
      >
        CSV
      </Button>
      <Button
        iconName="download"
        href={exportHref(tenant, 'jsonl', filter)}
        download
        ariaLabel="Export as JSON lines, with the current filter"
      >
        JSON lines
      </Button>
    </SpaceBetween>
  );
}
