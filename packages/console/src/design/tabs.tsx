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
    const shown = list.current;
    const chosen = shown?.querySelector(`[role=tab][data-value="${CSS.escape(value)}"]`);
    if (shown == null || chosen == null) return;
    // A narrow page shows some of the tabs only, and becomes narrow when a telephone is turned.
    const observer = new ResizeObserver(() => {
      const [frame, tab] = [shown.getBoundingClientRect(), chosen.getBoundingClientRect()];
      shown.scrollLeft += Math.max(0, tab.right - frame.right) - Math.max(0, frame.left - tab.left);
    });
    observer.observe(shown);
    return () => observer.disconnect();
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
