import type { DeploymentFieldsFragment, OnBusy } from '@quantgate/client';
import { useClient } from '@quantgate/react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Card } from '../../design/card.tsx';
import { Failure } from '../../design/failure.tsx';
import { SelectField, TextField } from '../../design/field.tsx';
import { useToast } from '../../design/toast.tsx';

const CHOICES: readonly { value: OnBusy; name: string; said: string }[] = [
  { value: 'SEND', name: 'Send it now', said: 'Sent' },
  { value: 'ENQUEUE', name: 'Send it when the run has ended', said: 'Queued' },
  { value: 'INTERRUPT', name: 'Stop the run, then send it', said: 'Sent after a stop' },
  { value: 'REJECT', name: 'Do not send it', said: 'Sent' },
];

/** Sends a follow-up; a finished deployment runs again by it. */
export function PromptBox({ deployment }: { deployment: DeploymentFieldsFragment }): ReactNode {
  const client = useClient();
  const say = useToast();
  const [prompt, setPrompt] = useState('');
  const [onBusy, setOnBusy] = useState<OnBusy>('SEND');
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  const isBusy = !deployment.isTerminal;

  const send = async () => {
    setSending(true);
    setError(undefined);
    try {
      await client.prompt({ id: deployment.id, prompt, ...(isBusy && { onBusy }) });
      say(isBusy ? (CHOICES.find(({ value }) => value === onBusy)?.said ?? 'Sent') : 'Sent: it runs again');
      setPrompt('');
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(false);
    }
  };

  return (
    <Card>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextField
          label="Prompt"
          hint={isBusy ? undefined : 'It runs again, with this as the next message.'}
          value={prompt}
          rows={3}
          onChange={({ target }) => setPrompt(target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && prompt.trim()) void send();
          }}
        />
        {error !== undefined && <Failure error={error} />}
        <div className="prompt-actions">
          {isBusy && (
            <SelectField
              label="While the agent works"
              isCompact
              value={onBusy}
              onChange={({ target }) => setOnBusy(target.value as OnBusy)}
            >
              {CHOICES.map(({ value, name }) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </SelectField>
          )}
          <Button type="submit" kind="primary" isBusy={isSending} disabled={prompt.trim() === ''}>
            Send prompt
          </Button>
        </div>
      </form>
    </Card>
  );
}
