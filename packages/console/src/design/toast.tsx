import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

interface Message {
  id: number;
  text: string;
  isBad: boolean;
}

type Say = (text: string, options?: { isBad?: boolean }) => void;

const Context = createContext<Say | undefined>(undefined);

/** What went well is shown for so long; what failed stays until it is closed. */
const SHOWN_MS = 5_000;

/** Shows short messages over the components below. */
export function Toasts({ children }: { children: ReactNode }): ReactNode {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const nextId = useRef(0);
  const remove = useCallback((id: number) => setMessages((all) => all.filter((one) => one.id !== id)), []);
  const say = useCallback<Say>(
    (text, { isBad = false } = {}) => {
      const id = nextId.current++;
      setMessages((all) => [...all.slice(-3), { id, text, isBad }]);
      if (!isBad) setTimeout(() => remove(id), SHOWN_MS);
    },
    [remove],
  );
  return (
    <Context value={say}>
      {children}
      <div className="toasts" role="status">
        {messages.map(({ id, text, isBad }) => (
          <div key={id} className={isBad ? 'toast is-bad' : 'toast'}>
            <p>{text}</p>
            <Button kind="quiet" isIcon aria-label="Close" onClick={() => remove(id)}>
              <Icon name="close" />
            </Button>
          </div>
        ))}
      </div>
    </Context>
  );
}

/** Says what was done, or what failed where there is no better place for it. */
export function useToast(): Say {
  const say = useContext(Context);
  if (say === undefined) throw new Error('There are no Toasts above this component');
  return say;
}
