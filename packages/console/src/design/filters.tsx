import { type ReactNode, useEffect, useState } from 'react';
import { Field, SelectField } from './field.tsx';

/** What is typed is used after so long a pause. */
const PAUSE_MS = 300;

/** The row of filters above a table. */
export function Filters({ children }: { children: ReactNode }): ReactNode {
  return (
    <search className="filters" aria-label="Filters">
      {children}
    </search>
  );
}

interface FilterProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** A text that is searched for. */
export function SearchFilter({ label, value, onChange }: FilterProps): ReactNode {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <Field
      label={label}
      type="search"
      isCompact
      value={text}
      onChange={({ target }) => setText(target.value)}
    />
  );
}

/** One of some values, or all. */
export function ChoiceFilter({
  label,
  value,
  onChange,
  choices,
}: FilterProps & { choices: readonly { value: string; name: string }[] }): ReactNode {
  return (
    <SelectField label={label} isCompact value={value} onChange={({ target }) => onChange(target.value)}>
      <option value="">All</option>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.name}
        </option>
      ))}
    </SelectField>
  );
}
