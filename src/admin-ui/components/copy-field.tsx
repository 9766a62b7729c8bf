/** A value that is to be pasted elsewhere, under the name that it has there. */
import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import type { ReactNode } from 'react';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly hint?: ReactNode;
}

export function CopyField({ label, value, hint }: Props) {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      <div className="copy-field">
        <span className="monospace">{value}</span>
        <CopyButton label={label} value={value} />
      </div>
      {hint && (
        <Box variant="small" color="text-body-secondary">
          {hint}
        </Box>
      )}
    </div>
  );
}

/** Copies without showing the value. Browsers allow it on https and on localhost alone; elsewhere it says so. */
export function CopyButton({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <CopyToClipboard
      copyButtonAriaLabel={`Copy ${label}`}
      copyErrorText="Your browser did not allow it: select the text and copy it yourself"
      copySuccessText={`${label} copied`}
      textToCopy={value}
      variant="icon"
      popoverRenderWithPortal
    />
  );
}
