import type { ReactNode } from 'react';
import { useLocation, useSearch } from 'wouter';
import { CopyAs, type CopyAsSource } from './copy-as.tsx';
import { EmptyState } from './empty-state.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { PageHeader } from './page-header.tsx';
import { Tabs } from './tabs.tsx';

/** A part of an area that has a path of its own. */
export interface PathTab {
  /** The part of the path behind the area's. */
  path: string;
  name: string;
  copyAs: (rest: string | undefined) => CopyAsSource;
  /** Gets what follows in the path. */
  view: (props: { rest: string | undefined }) => ReactNode;
}

/** An area whose tabs are in the path, such as `/account/webhooks`; without one the first is shown. */
export function PathTabs({
  title,
  area,
  path,
  tabs,
}: {
  title: string;
  /** The path of the area: `/account`. */
  area: string;
  /** What follows it: `webhooks/17`. */
  path: string | undefined;
  tabs: readonly [PathTab, ...PathTab[]];
}): ReactNode {
  const [, navigate] = useLocation();
  // What is copied names the filters of the URL: it is made anew with each change of them.
  useSearch();
  const [first, rest] = splitOnce(path ?? '');
  const tab = first === '' ? tabs[0] : tabs.find((one) => one.path === first);
  if (tab === undefined)
    return <EmptyState title="There is no such page">Choose another one in the navigation.</EmptyState>;
  return (
    <>
      <PageHeader title={title} actions={<CopyAs {...tab.copyAs(rest)} />} />
      <Tabs
        label={title}
        value={tab.path}
        onChange={(value) => navigate(`${area}/${value}`)}
        tabs={tabs.map(({ path: value, name, view: View }) => ({
          value,
          name,
          content: (
            <ErrorBoundary key={path}>
              <View rest={rest} />
            </ErrorBoundary>
          ),
        }))}
      />
    </>
  );
}

function splitOnce(path: string): [first: string, rest: string | undefined] {
  const at = path.indexOf('/');
  return at < 0
    ? [path, undefined]
    : [path.slice(0, at), decodeURIComponent(path.slice(at + 1)) || undefined];
}
