import type { ReactNode } from 'react';
import { SecretDialog } from '../components/secret-dialog.js';

interface Props {
  readonly title: string;
  readonly link: string;
  /** What to do with it. */
  readonly children: ReactNode;
  /** Must forget the link. */
  readonly onClose: () => void;
}

/** Whoever has the link can use it, so it is a secret like any other. */
export function LinkDialog({ title, link, children, onClose }: Props) {
  return (
    <SecretDialog title={title} fields={[{ label: 'Link', value: link }]} onClose={onClose}>
      <p>{children}</p>
    </SecretDialog>
  );
}
