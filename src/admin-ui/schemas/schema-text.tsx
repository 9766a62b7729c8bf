/** The text of a document with the numbers of its lines, since it is by them that the server says what is wrong. */
import { type RefObject, useRef } from 'react';
import './schemas.css';

interface Props {
  readonly text: string;
  /** Its line is marked, from 1. */
  readonly mistake: number | undefined;
  readonly isReadOnly: boolean;
  readonly label: string;
  /** Id of what describes it: the error. */
  readonly describedBy: string | undefined;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onChange: (text: string) => void;
}

export function SchemaText({ text, mistake, isReadOnly, label, describedBy, field, onChange }: Props) {
  const numbers = useRef<HTMLDivElement>(null);
  const follow = () => {
    if (numbers.current && field.current) numbers.current.scrollTop = field.current.scrollTop;
  };
  return (
    <div className="schema-editor">
      <div ref={numbers} className="schema-lines" aria-hidden="true">
        {text.split('\n').map((_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <span key={index} className={index + 1 === mistake ? 'schema-mistake' : undefined}>
            {index + 1}
          </span>
        ))}
      </div>
      <textarea
        ref={field}
        value={text}
        readOnly={isReadOnly}
        aria-label={label}
        aria-invalid={mistake !== undefined}
        aria-describedby={describedBy}
        className="scrolls-sideways"
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        onScroll={follow}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
