import { type ComponentProps, type ReactNode, useId } from 'react';

interface FieldProps {
  label: string;
  /** What is expected. */
  hint?: ReactNode;
  /** What is wrong with what was entered. */
  error?: string | undefined;
  /** For rows of filters. */
  isCompact?: boolean;
}

interface Control {
  id: string;
  'aria-invalid'?: true;
  'aria-describedby'?: string;
}

function Frame({
  label,
  hint,
  error,
  isCompact = false,
  render,
}: FieldProps & { render: (control: Control) => ReactNode }): ReactNode {
  const id = useId();
  const describedBy = [hint !== undefined && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={isCompact ? 'field compact' : 'field'}>
      <label htmlFor={id}>{label}</label>
      {render({
        id,
        ...(error ? { 'aria-invalid': true } : {}),
        ...(describedBy ? { 'aria-describedby': describedBy } : {}),
      })}
      {hint !== undefined && (
        <span id={`${id}-hint`} className="field-hint">
          {hint}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} className="field-error" role="alert">
          {error}
        </span>
      )}
    </div>
  );
}

/** An input with its label, hint and error. */
export function Field({
  label,
  hint,
  error,
  isCompact,
  ...input
}: FieldProps & Omit<ComponentProps<'input'>, 'id'>): ReactNode {
  const frame = { label, hint, error, isCompact };
  return <Frame {...frame} render={(control) => <input {...input} {...control} />} />;
}

/** The same for text of several lines. */
export function TextField({
  label,
  hint,
  error,
  isCompact,
  ...input
}: FieldProps & Omit<ComponentProps<'textarea'>, 'id'>): ReactNode {
  const frame = { label, hint, error, isCompact };
  return <Frame {...frame} render={(control) => <textarea {...input} {...control} />} />;
}

/** The same for a choice; the options are its children. */
export function SelectField({
  label,
  hint,
  error,
  isCompact,
  ...input
}: FieldProps & Omit<ComponentProps<'select'>, 'id'>): ReactNode {
  const frame = { label, hint, error, isCompact };
  return <Frame {...frame} render={(control) => <select {...input} {...control} />} />;
}
