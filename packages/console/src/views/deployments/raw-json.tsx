import type { ReactNode } from 'react';
import { Button } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import { useToast } from '../../design/toast.tsx';
import { gatewayPath } from '../../page-facts.ts';

/** Everything that the view shows, as the API gives it. */
export function RawJson({ id, value }: { id: string; value: unknown }): ReactNode {
  const say = useToast();
  const text = JSON.stringify(value, null, 2);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => say('Copied'),
      () => say('The browser did not let the page copy', { isBad: true }),
    );
  };
  return (
    <div className="stack">
      <div className="row">
        <Button onClick={copy}>
          <Icon name="copy" /> Copy
        </Button>
        <a
          className="button"
          href={`${gatewayPath}/v1/deployments/${encodeURIComponent(id)}/transcript`}
          download
        >
          Download the transcript
        </a>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by the keyboard */}
      <pre className="code is-tall" tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}
