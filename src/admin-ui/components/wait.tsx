/** What is shown while something is being read. */
import Box from '@cloudscape-design/components/box';
import LiveRegion from '@cloudscape-design/components/live-region';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

/** `what`: the end of “Reading …”. */
export function Wait({ what = 'the page' }: { readonly what?: string }) {
  return (
    <LiveRegion>
      <StatusIndicator type="loading">Reading {what}</StatusIndicator>
    </LiveRegion>
  );
}

export function PageWait() {
  return (
    <Box textAlign="center" padding="xxl">
      <Wait />
    </Box>
  );
}
