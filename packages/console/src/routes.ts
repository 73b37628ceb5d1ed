import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

type View = LazyExoticComponent<ComponentType<{ params: Record<string, string | undefined> }>>;

/** A view: its path below `/console`, and the component, which is loaded when it is first shown. */
export interface Route {
  path: string;
  view: View;
  /** Who sees it. @default users who are signed in */
  for?: 'admins' | 'everyone';
}

const signIn = lazy(() => import('./views/sign-in/index.tsx'));
const home = lazy(() => import('./views/home/index.tsx'));
const deployments = lazy(() => import('./views/deployments/index.tsx'));
const deployment = lazy(() => import('./views/deployments/deployment.tsx'));
const lists = lazy(() => import('./views/lists/index.tsx'));
const list = lazy(() => import('./views/lists/list.tsx'));
const agents = lazy(() => import('./views/agents/index.tsx'));
const tasks = lazy(() => import('./views/tasks/index.tsx'));
const task = lazy(() => import('./views/tasks/task.tsx'));
const account = lazy(() => import('./views/account/index.tsx'));
const admin = lazy(() => import('./views/admin/index.tsx'));

/** All views. A view gets the parts of its path as `params`; `*` is what follows an area that has tabs of its own. */
export const routes: readonly Route[] = [
  { path: '/', view: home },
  { path: '/sign-in', view: signIn, for: 'everyone' },
  { path: '/deployments', view: deployments },
  { path: '/deployments/:id', view: deployment },
  { path: '/lists', view: lists },
  { path: '/lists/:taskListId', view: list },
  { path: '/agents', view: agents },
  { path: '/tasks', view: tasks },
  { path: '/tasks/:id', view: task },
  { path: '/account/*?', view: account },
  { path: '/admin/*?', view: admin, for: 'admins' },
];

/** The links of the navigation, in order. */
export const navigation: readonly { path: string; name: string; for?: 'admins' }[] = [
  { path: '/', name: 'Home' },
  { path: '/deployments', name: 'Deployments' },
  { path: '/lists', name: 'Task lists' },
  { path: '/tasks', name: 'Tasks' },
  { path: '/agents', name: 'Agents' },
  { path: '/account', name: 'Account' },
  { path: '/admin', name: 'Administration', for: 'admins' },
];
