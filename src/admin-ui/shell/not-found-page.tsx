import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import { Page } from '../components/page.js';
import { paths } from '../paths.js';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <Box variant="p">
        The address may be misspelt, or what it showed may have been deleted.{' '}
        <Link href={paths.home}>Go to the start</Link>.
      </Box>
    </Page>
  );
}
