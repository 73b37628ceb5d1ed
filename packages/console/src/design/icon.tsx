import type { ReactNode } from 'react';

/** Drawn in a square of 16 by 16. */
const PATHS = {
  Home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5V13h8V6.5',
  Deployments: 'M8 2.5c2.5 1.5 3.5 4 3 7H5c-.5-3 .5-5.5 3-7ZM5 9.5 3.5 12h9L11 9.5M8 12v2',
  'Task lists': 'M2.5 2.5h4v3h-4zM9.5 6.5h4v3h-4zM2.5 10.5h4v3h-4zM6.5 4h1.7v8H6.5M8.2 8h1.3',
  Tasks: 'M3 3h10v10H3zM5.5 8l1.8 1.8L10.7 6',
  Agents: 'M3.5 6h9v7h-9zM8 6V3M6 9v1M10 9v1M1.8 8.5v2M14.2 8.5v2',
  Account: 'M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM3 13.5c.5-2.5 2.5-4 5-4s4.5 1.5 5 4',
  Administration: 'M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4zM6 8l1.5 1.5L10 7',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5h7v7h-7zM10.5 3.5h-7v7',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5Z',
  system: 'M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
} as const;

export type IconName = keyof typeof PATHS;

/** A small drawing beside words, or in a button with a name of its own: screen readers skip it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
