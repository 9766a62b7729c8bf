import Box from '@cloudscape-design/components/box';
import type { ReactNode } from 'react';

/** A line below what matters more. */
export function Small({ children }: { readonly children: ReactNode }) {
  return (
    <Box variant="small" display="block" color="text-body-secondary">
      {children}
    </Box>
  );
}
