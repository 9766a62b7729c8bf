import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useNow } from '../components/time.js';
import { examplesFor } from './examples.js';
import { Scrolling } from './scrolling.js';
import { type FilterAttribute, OPERATOR_HELP } from './suggestions.js';
import './directory.css';

interface Props {
  readonly attributes: readonly FilterAttribute[];
  /** An example was chosen. */
  readonly onChoose: (filter: string) => void;
}

/** How filters are written: examples to try, the operators, the attributes. */
export function FilterHelp({ attributes, onChoose }: Props) {
  const now = useNow();
  return (
    <ExpandableSection headerText="How to write a filter" variant="footer">
      <SpaceBetween size="m">
        <div>
          <strong>Examples to try</strong>
          <ul className="plain-list">
            {examplesFor(attributes, now).map(({ filter, meaning }) => (
              <li key={filter}>
                <Button variant="inline-link" onClick={() => onChoose(filter)} ariaLabel={`Try ${filter}: ${meaning}`}>
                  <span className="monospace">{filter}</span>
                </Button>{' '}
                {meaning}
              </li>
            ))}
          </ul>
        </div>
        <ColumnLayout columns={2} minColumnWidth={260}>
          <div>
            <strong id="filter-operators">Operators</strong>
            <table className="plain-table" aria-labelledby="filter-operators">
              <tbody>
                {OPERATOR_HELP.map(({ name, meaning }) => (
                  <tr key={name}>
                    <th scope="row" className="monospace">
                      {name}
                    </th>
                    <td>{meaning}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p>
              Join comparisons with <code>and</code>, <code>or</code> and <code>{'not ( )'}</code>. Texts stand in
              double quotes; upper and lower case are the same unless the attribute says otherwise.
            </p>
          </div>
          <AttributeTable attributes={attributes} />
        </ColumnLayout>
      </SpaceBetween>
    </ExpandableSection>
  );
}

function AttributeTable({ attributes }: { readonly attributes: readonly FilterAttribute[] }) {
  return (
    <div>
      <strong id="filter-attributes">Attributes</strong>
      <Scrolling label="Attributes" isHigh>
        <table className="plain-table" aria-labelledby="filter-attributes">
          <tbody>
            {attributes.map(({ path, type, multiValued, description }) => (
              <tr key={path}>
                <th scope="row" className="monospace" title={description}>
                  {path}
                </th>
                <td>{multiValued ? `${type}, many` : type}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </div>
  );
}
