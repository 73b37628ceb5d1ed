import type { SessionState, SessionUser } from '@quantgate/client';
import { useSession } from '@quantgate/react';
import { type ReactNode, Suspense } from 'react';
import { Redirect, Route, Router, Switch, useLocation, useSearch } from 'wouter';
import { EmptyState } from './design/empty-state.tsx';
import { ErrorBoundary } from './design/error-boundary.tsx';
import { Layout } from './design/layout.tsx';
import { Loading } from './design/loading.tsx';
import { Toasts } from './design/toast.tsx';
import { gatewayPath } from './page-facts.ts';
import { type Route as RouteOfView, routes } from './routes.ts';
import { SessionBoundary } from './session.tsx';

/** The console. */
export function App(): ReactNode {
  return (
    <Router base={`${gatewayPath}/console`}>
      <SessionBoundary>
        <Toasts>
          <Views />
        </Toasts>
      </SessionBoundary>
    </Router>
  );
}

function Views(): ReactNode {
  const [path] = useLocation();
  const session = useSession();
  const isOpen = routes.some((route) => route.for === 'everyone' && route.path === path);
  const views = (
    <ErrorBoundary key={areaOf(path)}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {routes.map((route) => (
            <Route key={route.path} path={route.path}>
              {(params) => <Guarded route={route} params={params as Record<string, string | undefined>} />}
            </Route>
          ))}
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
  if (isOpen) return views;
  if (session.status === 'UNKNOWN') return <Loading label="Signing in" />;
  if (session.status === 'SIGNED_OUT') return <ToSignIn />;
  const user = userOf(session);
  return (
    <Layout email={user?.email ?? undefined} isAdmin={isAdmin(user)} onSignOut={session.signOut}>
      {views}
    </Layout>
  );
}

/** A view with tabs in its path stays when another tab is chosen, and the keyboard with it; others begin anew. */
function areaOf(path: string): string {
  const area = routes.find((route) => route.path.endsWith('/*?') && path.startsWith(route.path.slice(0, -2)));
  return area?.path.slice(0, -3) ?? path;
}

/** A view that the user may see; what is for administrators alone does not exist for others. */
function Guarded({
  route,
  params,
}: {
  route: RouteOfView;
  params: Record<string, string | undefined>;
}): ReactNode {
  const session = useSession();
  if (route.for === 'admins' && !isAdmin(userOf(session))) return <NotFound />;
  return <route.view params={params} />;
}

/** Leads to the sign-in, which leads back here. */
function ToSignIn(): ReactNode {
  const [path] = useLocation();
  const search = useSearch();
  const asked = `${path}${search && `?${search}`}`;
  return <Redirect to={asked === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(asked)}`} replace />;
}

function NotFound(): ReactNode {
  return <EmptyState title="There is no such page">Choose another one in the navigation.</EmptyState>;
}

function userOf(session: SessionState): SessionUser | undefined {
  return session.status === 'SIGNED_IN' ? session.user : undefined;
}

function isAdmin(user: SessionUser | undefined): boolean {
  return user?.roles.includes('admin') ?? false;
}
