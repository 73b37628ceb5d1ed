import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Failure } from './failure.tsx';
import { Loading } from './loading.tsx';

/** A column: its heading, and what it shows of a row. */
export interface Column<Row> {
  name: string;
  render: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  isNumber?: boolean;
}

interface TableProps<Row> {
  /** What the table lists, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while they are loading. */
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string;
  /** Shown in place of a table without rows: an `EmptyState`. */
  empty: ReactNode;
  error?: unknown;
  onRetry?: () => void;
  paging?: PagingProps;
}

/** A list as a table, with its empty, loading and failed states. The last rows stay while others are loading. */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  empty,
  error,
  onRetry,
  paging,
}: TableProps<Row>): ReactNode {
  if (error !== undefined && error !== null && rows === undefined)
    return <Failure error={error} onRetry={onRetry} />;
  if (rows === undefined) return <Loading />;
  if (rows.length === 0 && paging?.isFirst !== false) return empty;
  return (
    <>
      {error !== undefined && error !== null && <Failure error={error} onRetry={onRetry} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by the keyboard */}
      <section className="table-frame" aria-label={label} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              {columns.map(({ name, isNumber }) => (
                <th key={name} scope="col" className={isNumber ? 'end' : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map(({ name, render, isNumber }) => (
                  <td key={name} className={isNumber ? 'end' : undefined}>
                    {render(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {paging !== undefined && <Paging {...paging} />}
    </>
  );
}

export interface PagingProps {
  isFirst: boolean;
  hasNext: boolean;
  onFirst: () => void;
  onNext: () => void;
}

function Paging({ isFirst, hasNext, onFirst, onNext }: PagingProps): ReactNode {
  if (isFirst && !hasNext) return null;
  return (
    <nav className="paging" aria-label="Pages">
      <Button disabled={isFirst} onClick={onFirst}>
        First page
      </Button>
      <Button disabled={!hasNext} onClick={onNext}>
        Next page
      </Button>
    </nav>
  );
}
