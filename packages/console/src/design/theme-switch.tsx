import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Menu } from './menu.tsx';
import { applyTheme, readTheme, type Theme } from './theme.ts';

const THEMES: readonly { theme: Theme; name: string; icon: IconName }[] = [
  { theme: 'system', name: 'As the system', icon: 'system' },
  { theme: 'light', name: 'Light', icon: 'sun' },
  { theme: 'dark', name: 'Dark', icon: 'moon' },
];

/** Chooses between light and dark; the choice is kept in this browser. */
export function ThemeSwitch(): ReactNode {
  const [theme, setTheme] = useState(readTheme);
  const items = THEMES.map((one) => ({
    name: (
      <>
        <Icon name={one.icon} /> {one.name}
      </>
    ),
    onSelect: () => {
      applyTheme(one.theme);
      setTheme(one.theme);
    },
  }));
  const shown = THEMES.find((one) => one.theme === theme);
  return (
    <Menu items={items}>
      <Button kind="quiet" isIcon aria-label={`Appearance: ${shown?.name}`}>
        <Icon name={shown?.icon ?? 'system'} />
      </Button>
    </Menu>
  );
}
