import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

export interface MenuItem {
  name: ReactNode;
  onSelect: () => void;
  isDanger?: boolean;
  isDisabled?: boolean;
}

/**
 * Acts behind a button, which is `children`: a `Button`.
 * It is not modal: what Radix does to hold the page behind needs a style tag, which the page's policy forbids.
 */
export function Menu({ children, items }: { children: ReactNode; items: readonly MenuItem[] }): ReactNode {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {items.map((item, index) => (
            <DropdownMenu.Item
              // biome-ignore lint/suspicious/noArrayIndexKey: the items of a menu keep their places
              key={index}
              className={item.isDanger ? 'menu-item danger' : 'menu-item'}
              disabled={item.isDisabled}
              onSelect={item.onSelect}
            >
              {item.name}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
