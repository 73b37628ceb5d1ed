import { Tabs as Parts } from 'radix-ui';
import { type ReactNode, useEffect, useRef } from 'react';

/** Parts of a view of which one is shown. Keep `value` in the URL. */
export function Tabs({
  label,
  value,
  onChange,
  tabs,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  tabs: readonly { value: string; name: ReactNode; content: ReactNode }[];
}): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // A narrow page shows some of the tabs only.
    list.current
      ?.querySelector(`[role=tab][data-value="${CSS.escape(value)}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [value]);
  return (
    <Parts.Root className="tabs" value={value} onValueChange={onChange}>
      <Parts.List ref={list} className="tab-list" aria-label={label}>
        {tabs.map((tab) => (
          <Parts.Trigger key={tab.value} className="tab" value={tab.value} data-value={tab.value}>
            {tab.name}
          </Parts.Trigger>
        ))}
      </Parts.List>
      {tabs.map((tab) => (
        <Parts.Content key={tab.value} value={tab.value}>
          {tab.content}
        </Parts.Content>
      ))}
    </Parts.Root>
  );
}
