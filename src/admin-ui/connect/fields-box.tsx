/** The form of the other side, filled: each field with a button that copies it. */
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { CopyField } from '../components/copy-field.js';
import { addressWarning, type FilledField, fillFields, type Made } from './fields.js';
import type { Way } from './model.js';

interface Props {
  readonly title: string;
  readonly way: Way;
  readonly made: Made;
  /** Below the fields: what confirms that the secret was copied. */
  readonly children?: ReactNode;
}

export function FieldsBox({ title, way, made, children }: Props) {
  const warning = addressWarning(made.connection.scimUrl);
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <SpaceBetween size="m">
        <ol className="steps">
          {way.place.map((step) => (
            <li key={step}>{step}</li>
          ))}
          <li>Fill in the form, in this order:</li>
        </ol>
        {warning !== undefined && <Alert type="warning">{warning}</Alert>}
        {fillFields(way.fields, made).map((field) => (
          <Field key={field.label} field={field} />
        ))}
        {children}
      </SpaceBetween>
    </Container>
  );
}

function Field({ field: { label, value, isCopied, hint } }: { readonly field: FilledField }) {
  if (value !== undefined && value !== '' && isCopied) return <CopyField label={label} value={value} hint={hint} />;
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      <div>{value === undefined ? 'Shown once, when it was made. Rotate the credential for a new one.' : value}</div>
      {hint !== undefined && (
        <Box variant="small" color="text-body-secondary">
          {hint}
        </Box>
      )}
    </div>
  );
}
