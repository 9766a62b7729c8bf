import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import './directory.css';

/** The resource as a client gets it. */
export function RawResource({ resource }: { readonly resource: Readonly<Record<string, unknown>> }) {
  const text = JSON.stringify(resource, null, 2);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="As a client gets it; the members of a group are left out."
          actions={
            <CopyToClipboard
              copyButtonText="Copy JSON"
              copySuccessText="JSON copied"
              copyErrorText="Your browser did not allow it: select the text and copy it yourself"
              textToCopy={text}
            />
          }
        >
          JSON
        </Header>
      }
    >
      <pre className="json">{text}</pre>
    </Container>
  );
}
