import type { ReactNode } from 'react';
import type { Act } from '../requests.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Failure } from './failure.tsx';

/** Asks before something that cannot be taken back. */
export function Confirm({
  title,
  isOpen,
  onClose,
  act,
  name,
  onConfirm,
  isDisabled = false,
  words,
  children,
}: {
  /** The question. */
  title: string;
  isOpen: boolean;
  onClose: () => void;
  /** Its failure is shown here. */
  act: Act;
  /** What the button says. */
  name: string;
  onConfirm: () => void;
  isDisabled?: boolean;
  /** What its failure means, where the view knows better than the gateway. */
  words?: string | undefined;
  /** What follows from it. */
  children: ReactNode;
}): ReactNode {
  const close = () => {
    act.forget();
    onClose();
  };
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close}>
      {children}
      {act.error !== undefined && <Failure error={act.error} words={words} />}
      <div className="dialog-actions">
        <Button onClick={close}>Cancel</Button>
        <Button kind="danger" isBusy={act.isBusy} disabled={isDisabled} onClick={onConfirm}>
          {name}
        </Button>
      </div>
    </Dialog>
  );
}
