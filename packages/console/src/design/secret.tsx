import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { Icon } from './icon.tsx';
import { useToast } from './toast.tsx';

/** A secret that the gateway shows once: it is gone when the dialog is closed. */
export function SecretDialog({
  title,
  name,
  secret,
  onClose,
  children,
}: {
  title: string;
  /** What it is: `Secret`, `Reset link`. */
  name: string;
  /** Undefined while there is none to show. */
  secret: string | undefined;
  onClose: () => void;
  /** What to do with it. */
  children: ReactNode;
}): ReactNode {
  const say = useToast();
  const copy = () =>
    navigator.clipboard.writeText(secret ?? '').then(
      () => say(`${name} copied`),
      () => say('The browser did not let the page copy', { isBad: true }),
    );
  return (
    <Dialog title={title} isOpen={secret !== undefined} onClose={onClose}>
      {children}
      <div className="secret">
        <Field
          label={name}
          value={secret}
          readOnly
          spellCheck={false}
          onFocus={({ target }) => target.select()}
        />
        <Button onClick={copy}>
          <Icon name="copy" /> Copy
        </Button>
      </div>
      <p className="notice tone-warn">It is shown this once. Keep it where only its reader can see it.</p>
      <div className="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
