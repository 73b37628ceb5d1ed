import type { ReactNode } from 'react';
import { gatewayPath } from '../page-facts.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';
import { useToast } from './toast.tsx';

/** How to do by API what a view shows or does. */
export interface CopyAsSource {
  /** A call of the REST API; the path begins with `/v1/`. */
  rest?: { method: string; path: string; body?: unknown };
  /** An operation of the GraphQL API. */
  graphql?: { document: string; variables?: Record<string, unknown> };
  /** A program with `@quantgate/client`; `client` is made for it. */
  typescript?: string;
}

/** The menu "Copy as": curl, GraphQL and TypeScript, of which those are offered that there are. */
export function CopyAs({ rest, graphql, typescript }: CopyAsSource): ReactNode {
  const say = useToast();
  const copy = (name: string, text: string) => ({
    name,
    onSelect: () => {
      navigator.clipboard.writeText(text).then(
        () => say(`Copied as ${name}`),
        () => say('The browser did not let the page copy', { isBad: true }),
      );
    },
  });
  const items = [
    ...(rest ? [copy('curl', toCurl(rest))] : []),
    ...(graphql ? [copy('GraphQL', toGraphql(graphql))] : []),
    ...(typescript ? [copy('TypeScript', toTypescript(typescript))] : []),
  ];
  return (
    <Menu items={items}>
      <Button>
        <Icon name="copy" /> Copy as
      </Button>
    </Menu>
  );
}

const gatewayUrl = (): string => `${location.origin}${gatewayPath}`;

/** The token is not in it: the page has none, and a copied one would end up in histories. */
function toCurl({ method, path, body }: NonNullable<CopyAsSource['rest']>): string {
  const lines = [`curl -X ${method} ${quote(gatewayUrl() + path)}`, '  -H "authorization: Bearer $TOKEN"'];
  if (body !== undefined) {
    lines.push("  -H 'content-type: application/json'", `  -d ${quote(JSON.stringify(body))}`);
  }
  return lines.join(' \\\n');
}

function toGraphql({ document, variables }: NonNullable<CopyAsSource['graphql']>): string {
  const text = document.trim();
  return variables === undefined ? text : `${text}\n\n# Variables\n${JSON.stringify(variables, null, 2)}`;
}

function toTypescript(program: string): string {
  return `import { createClient } from '@quantgate/client';

const client = createClient({
  url: '${gatewayUrl()}',
  auth: { kind: 'own', token: () => process.env.TOKEN ?? '' },
});

${program.trim()}
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
