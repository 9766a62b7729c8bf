/** Writing the document of a tenant: an example to begin with, what is wrong at its line, saving, and taking it away. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useId, useRef, useState } from 'react';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { ErrorBox, fieldError } from '../components/error-box.js';
import { EXAMPLES, textOf } from './examples.js';
import { type Mistake, rangeOf, readMistake } from './mistake.js';
import { usePutSchemas } from './queries.js';
import { SchemaText } from './schema-text.js';

interface Props {
  readonly tenant: string;
  /** Null: it has none of its own. */
  readonly saved: string | null;
  readonly mayChange: boolean;
}

const NONE = '{\n}\n';

export function Editor({ tenant, saved, mayChange }: Props) {
  const [text, setText] = useState(saved ?? NONE);
  const [isAsking, setAsking] = useState(false);
  const put = usePutSchemas(tenant);
  const { field, errorId, message, mistake, goThere } = useMistake(put.error, text);
  const isChanged = text !== (saved ?? NONE);
  useWarningBeforeLeaving(isChanged);
  const write = (next: string) => {
    put.reset();
    setText(next);
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={mayChange && <Examples isOffered={!isChanged && saved === null} onPick={write} />}
        >
          The document
        </Header>
      }
    >
      <SpaceBetween size="m">
        <SchemaText
          text={text}
          mistake={mistake?.line}
          isReadOnly={!mayChange}
          label={`The schemas of ${tenant}, as JSON with comments`}
          describedBy={message ? errorId : undefined}
          field={field}
          onChange={write}
        />
        {message && <Refusal id={errorId} message={message} mistake={mistake} onGo={goThere} />}
        <ErrorBox error={put.error} fields={['text']} />
        {mayChange && (
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="primary" disabled={!isChanged} loading={put.isPending} onClick={() => put.mutate(text)}>
              Save
            </Button>
            <Button disabled={!isChanged || put.isPending} onClick={() => write(saved ?? NONE)}>
              Discard changes
            </Button>
            <Button disabled={saved === null || put.isPending} onClick={() => setAsking(true)}>
              Remove
            </Button>
          </SpaceBetween>
        )}
      </SpaceBetween>
      {isAsking && (
        <RemoveDialog
          tenant={tenant}
          onRemove={() => put.mutateAsync(null).then(() => setText(NONE))}
          onClose={() => setAsking(false)}
        />
      )}
    </Container>
  );
}

interface RemoveProps {
  readonly tenant: string;
  readonly onRemove: () => Promise<void>;
  readonly onClose: () => void;
}

function RemoveDialog({ tenant, onRemove, onClose }: RemoveProps) {
  return (
    <ConfirmDialog title={`Remove the schemas of ${tenant}?`} action="Remove" onConfirm={onRemove} onClose={onClose}>
      The tenant has the schemas of the server again. It is refused while there are resources that would not fit.
    </ConfirmDialog>
  );
}

interface RefusalProps {
  readonly id: string;
  readonly message: string;
  readonly mistake: Mistake | undefined;
  readonly onGo: () => void;
}

function Refusal({ id, message, mistake, onGo }: RefusalProps) {
  return (
    <div id={id} role="alert">
      <Alert
        type="error"
        header={mistake ? `Line ${mistake.line}` : 'The document was refused'}
        action={mistake && <Button onClick={onGo}>Go to line {mistake.line}</Button>}
      >
        <span className="break-anywhere">{mistake?.rule ?? message} Nothing was changed.</span>
      </Alert>
    </div>
  );
}

/** What the server has found wrong with the text, and where. */
function useMistake(error: unknown, text: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  const errorId = useId();
  const message = fieldError(error, 'text');
  const mistake = message ? readMistake(message) : undefined;
  const goThere = () => {
    if (!mistake || !field.current) return;
    field.current.focus();
    field.current.setSelectionRange(...rangeOf(text, mistake.line));
  };
  return { field, errorId, message, mistake, goThere };
}

function useWarningBeforeLeaving(isChanged: boolean) {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isChanged]);
}

interface ExamplesProps {
  /** Only where nothing would be lost. */
  readonly isOffered: boolean;
  readonly onPick: (text: string) => void;
}

function Examples({ isOffered, onPick }: ExamplesProps) {
  return (
    <ButtonDropdown
      items={EXAMPLES.map(({ id, text, description }) => ({ id, text, secondaryText: description }))}
      disabled={!isOffered}
      onItemClick={({ detail }) => {
        const example = EXAMPLES.find(({ id }) => id === detail.id);
        if (example) onPick(textOf(example.document));
      }}
    >
      Begin with an example
    </ButtonDropdown>
  );
}
