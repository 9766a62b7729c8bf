/** Requests by the hour. */
import BarChart from '@cloudscape-design/components/bar-chart';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import { Empty } from '../components/empty.js';
import { number } from '../components/format.js';
import { Loaded } from '../components/loaded.js';
import { useNow } from '../components/time.js';
import { queries } from '../queries.js';
import { usePreferences } from '../shell/preferences.js';
import { fillHours, type Hour, scale } from './hours.js';

const HOURS = 24;

/** Colours that stand out from each other, and from a light and a dark page. */
const SERIES = {
  done: { title: 'Done', color: '#4f7be8' },
  refused: { title: 'Refused', color: '#b8720a' },
  failed: { title: 'Failed', color: '#d0381f' },
} as const;

export function Traffic({ tenant }: { readonly tenant: string }) {
  const query = useQuery({ ...queries.traffic(tenant, HOURS), refetchInterval: 60_000 });
  const now = useNow();
  return (
    <Container header={<Header variant="h2">Requests in the last 24 hours</Header>}>
      <Loaded query={query} what="the traffic">
        {(items) => <Chart hours={fillHours(items, HOURS, now)} />}
      </Loaded>
    </Container>
  );
}

function Chart({ hours }: { readonly hours: readonly Hour[] }) {
  const { zone } = usePreferences();
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
    timeZone: zone === 'utc' ? 'UTC' : undefined,
  });
  const hourOnly = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone: zone === 'utc' ? 'UTC' : undefined });
  const series = (['done', 'refused', 'failed'] as const).map((outcome) => ({
    type: 'bar' as const,
    ...SERIES[outcome],
    data: hours.map((hour) => ({ x: hour.start, y: hour[outcome] })),
    valueFormatter: number,
  }));
  const [low, high] = scale(hours);
  return (
    <BarChart
      series={series}
      stackedBars
      xScaleType="categorical"
      xDomain={hours.map(({ start }) => start)}
      yDomain={[low, high]}
      height={180}
      hideFilter
      hideLegend={false}
      ariaLabel="Requests by the hour, stacked by how they ended"
      ariaDescription="Use the arrow keys to move from hour to hour."
      xTitle={zone === 'utc' ? 'Hour (UTC)' : 'Hour'}
      yTitle="Requests"
      i18nStrings={{
        xTickFormatter: (start) => hourOnly.format(start),
        yTickFormatter: (value) => (Number.isInteger(value) ? number(value) : ''),
      }}
      detailPopoverSeriesContent={({ series: { title }, y }) => ({ key: title, value: number(y) })}
      detailPopoverFooter={(start) => `From ${clock.format(start)}`}
      empty={<Empty title="No request in the last 24 hours" />}
      noMatch={<Empty title="No request in the last 24 hours" />}
    />
  );
}
