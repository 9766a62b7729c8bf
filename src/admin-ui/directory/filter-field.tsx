import Autosuggest from '@cloudscape-design/components/autosuggest';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import { useRef } from 'react';
import { examplesFor } from './examples.js';
import { FilterError } from './filter-error.js';
import { type FilterAttribute, suggestions } from './suggestions.js';

interface Props {
  readonly text: string;
  readonly attributes: readonly FilterAttribute[];
  /** What the server says of the filter that was sent last. */
  readonly refusal:
    | { readonly filter: string; readonly message: string; readonly position: number | undefined }
    | undefined;
  readonly isSearching: boolean;
  readonly onChange: (text: string) => void;
  readonly onSearch: (text: string) => void;
}

/** A SCIM filter, with suggestions while typing; Enter or the button sends it. */
export function FilterField({ text, attributes, refusal, isSearching, onChange, onSearch }: Props) {
  // Choosing a suggestion with Enter must not send the filter, which is hardly ever finished then.
  const hasChosen = useRef(false);
  return (
    <FormField
      label="Filter"
      errorText={refusal && <FilterError {...refusal} />}
      secondaryControl={
        <Button iconName="search" loading={isSearching} loadingText="Searching" onClick={() => onSearch(text.trim())}>
          Search
        </Button>
      }
    >
      <Autosuggest
        value={text}
        options={suggestions(text, attributes).map(({ value, label, tag, description }) => ({
          value,
          label,
          labelTag: tag,
          description,
        }))}
        filteringType="manual"
        hideEnteredTextOption
        expandToViewport
        disableBrowserAutocorrect
        placeholder={examplesFor(attributes, 0)[0]?.filter ?? ''}
        clearAriaLabel="Clear the filter"
        onChange={({ detail }) => {
          onChange(detail.value);
          if (detail.value === '' && text !== '') onSearch('');
        }}
        onSelect={({ detail }) => {
          hasChosen.current = detail.selectedOption !== undefined;
          // The key comes right after it, or it was a click.
          queueMicrotask(() => {
            hasChosen.current = false;
          });
        }}
        onKeyDown={({ detail }) => {
          if (detail.key === 'Enter' && !hasChosen.current) onSearch(text.trim());
        }}
      />
    </FormField>
  );
}
