import './guard.css';
import type { DeploymentGuardInput } from '@quantgate/client';
import type { ReactNode } from 'react';
import { Field } from '../../design/field.tsx';

const LIMITS = [
  { name: 'maxTokens', label: 'Most tokens', hint: 'Input and output together' },
  { name: 'maxDurationSeconds', label: 'Most seconds', hint: 'Since the start, the queue included' },
  { name: 'maxTurns', label: 'Most turns', hint: 'Steps of the agent' },
] as const;

const STOPS = [
  { name: 'stopOnRuntimeError', label: 'Stop when a tool reports a runtime error' },
  { name: 'stopOnWarning', label: 'Stop when a tool gives a warning' },
] as const;

/** The limits after which the gateway stops a deployment; an empty field is no limit. `guardOf` reads them from the form. */
export function GuardFields({
  note,
  errors = {},
}: {
  note?: string;
  errors?: Record<string, string | undefined>;
}): ReactNode {
  return (
    <fieldset className="guard">
      <legend>Guard</legend>
      {note !== undefined && <p className="field-hint">{note}</p>}
      <div className="guard-limits">
        {LIMITS.map(({ name, label, hint }) => (
          <Field
            key={name}
            label={label}
            name={name}
            type="number"
            min={1}
            step={1}
            placeholder="No limit"
            hint={hint}
            error={errors[name]}
          />
        ))}
        <Field
          label="Warn at"
          name="warnAt"
          type="number"
          min={0.05}
          max={1}
          step={0.05}
          defaultValue="0.8"
          hint="Share of a limit"
          error={errors.warnAt}
        />
      </div>
      {STOPS.map(({ name, label }) => (
        <label key={name} className="check">
          <input type="checkbox" name={name} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** The guard of a submitted form; undefined when nothing is limited. */
export function guardOf(data: FormData): DeploymentGuardInput | undefined {
  const guard: Record<string, number | boolean> = {};
  for (const { name } of LIMITS) {
    const text = String(data.get(name) ?? '').trim();
    if (text !== '') guard[name] = Number(text);
  }
  for (const { name } of STOPS) if (data.get(name) === 'on') guard[name] = true;
  if (Object.keys(guard).length === 0) return undefined;
  const warnAt = String(data.get('warnAt') ?? '').trim();
  if (warnAt !== '') guard.warnAt = Number(warnAt);
  return guard;
}
