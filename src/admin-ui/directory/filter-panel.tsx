import Container from '@cloudscape-design/components/container';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { ApiError } from '../api.js';
import { FilterField } from './filter-field.js';
import { FilterHelp } from './filter-help.js';
import { positionOf } from './mistake.js';
import type { FilterAttribute } from './suggestions.js';

interface Props {
  /** The one that the list shows. */
  readonly filter: string;
  readonly attributes: readonly FilterAttribute[];
  /** What the server says of it. */
  readonly error: ApiError | undefined;
  readonly isSearching: boolean;
  readonly onSearch: (filter: string) => void;
}

/** What is being written is kept here: the list changes when it is sent. */
export function FilterPanel({ filter, attributes, error, isSearching, onSearch }: Props) {
  const [text, setText] = useState(filter);
  const [shown, setShown] = useState(filter);
  if (shown !== filter) {
    setShown(filter);
    setText(filter);
  }
  const refusal =
    error && text.trim() === filter
      ? { filter, message: error.message, position: error.position ?? positionOf(error.message, filter) }
      : undefined;
  return (
    <Container>
      <SpaceBetween size="s">
        <FilterField
          text={text}
          attributes={attributes}
          refusal={refusal}
          isSearching={isSearching}
          onChange={setText}
          onSearch={onSearch}
        />
        <FilterHelp
          attributes={attributes}
          onChoose={(example) => {
            setText(example);
            onSearch(example);
          }}
        />
      </SpaceBetween>
    </Container>
  );
}
