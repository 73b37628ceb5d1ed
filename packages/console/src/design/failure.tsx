import { GatewayFailure } from '@quantgate/client';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

/** Says what went wrong: the words, and the code and the id of the request, by which the log has the rest. */
export function Failure({
  error,
  words,
  onRetry,
}: {
  error: unknown;
  /** @default the message of the error */
  words?: string | undefined;
  onRetry?: () => void;
}): ReactNode {
  const failure = error instanceof GatewayFailure ? error : undefined;
  const text = words ?? (error instanceof Error ? error.message : String(error));
  return (
    <div className="notice tone-bad" role="alert">
      <div>
        <p>{text}</p>
        {failure !== undefined && (
          <p>
            <code>{failure.code}</code>
            {failure.requestId !== undefined && (
              <>
                {' · request '}
                <code>{failure.requestId}</code>
              </>
            )}
          </p>
        )}
      </div>
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
