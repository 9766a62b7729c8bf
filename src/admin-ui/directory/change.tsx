import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { ChangeView } from '../../http/admin/messages.js';
import { count } from '../components/format.js';
import { paths } from '../paths.js';
import { compare, type Difference } from './comparison.js';
import './directory.css';

/** What a change has changed: both sides of each attribute, and the members that came and went. */
export function Change({ tenant, change }: { readonly tenant: string; readonly change: ChangeView }) {
  return (
    <SpaceBetween size="s">
      {change.difference.length > 0 && <DifferenceTable difference={change.difference} />}
      <Ids tenant={tenant} ids={change.added} what="added" />
      <Ids tenant={tenant} ids={change.removed} what="removed" />
      {change.difference.length + change.added.length + change.removed.length === 0 && (
        <Box color="text-body-secondary">No attribute that is shown has changed.</Box>
      )}
    </SpaceBetween>
  );
}

function DifferenceTable({ difference }: { readonly difference: readonly Difference[] }) {
  return (
    <div className="differences">
      <table className="plain-table" aria-label="Changed attributes">
        <thead>
          <tr>
            <th scope="col">Attribute</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {difference.map(compare).map(({ path, was, is, kept }) => (
            <tr key={path}>
              <th scope="row" className="monospace">
                {path}
              </th>
              <td data-side="Before">
                <Side texts={was} isGone />
                {kept > 0 && <Box color="text-body-secondary">{count(kept, 'value')} stayed</Box>}
              </td>
              <td data-side="After">
                <Side texts={is} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Side({ texts, isGone = false }: { readonly texts: readonly string[]; readonly isGone?: boolean }) {
  if (texts.length === 0) return <>–</>;
  return (
    <ul className="plain-list">
      {texts.map((text, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values may be equal, and their order is all they have
        <li key={at}>{isGone ? <del>{text}</del> : text}</li>
      ))}
    </ul>
  );
}

const FEW = 20;

interface IdsProps {
  readonly tenant: string;
  readonly ids: readonly string[];
  readonly what: 'added' | 'removed';
}

/** The history keeps ids alone; the page of one that is a group says so. */
function Ids({ tenant, ids, what }: IdsProps) {
  const [shown, setShown] = useState(FEW);
  if (ids.length === 0) return null;
  return (
    <div>
      <Box variant="awsui-key-label">
        {count(ids.length, 'member')} {what}
      </Box>
      <ul className="plain-list">
        {ids.slice(0, shown).map((id) => (
          <li key={id}>
            <Link href={paths.resource(tenant, 'User', id)}>
              <span className="monospace">{id}</span>
            </Link>
          </li>
        ))}
      </ul>
      {ids.length > shown && (
        <Button variant="inline-link" onClick={() => setShown(shown + 200)}>
          Show more of the {count(ids.length, 'member')} {what}
        </Button>
      )}
    </div>
  );
}
