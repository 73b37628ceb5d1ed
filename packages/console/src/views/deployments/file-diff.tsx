import { diffLines } from 'diff';
import type { ReactNode } from 'react';
import { Badge } from '../../design/status-badge.tsx';

/** So many unchanged lines stay around a change. */
const CONTEXT = 4;

interface Line {
  sign: '+' | '-' | ' ';
  text: string;
  /** Its number in the new file; that of a removed line is undefined. */
  number: number | undefined;
}

/** One file: its lines, and those that have changed since `before`, which is undefined for a new file. */
export default function FileDiff({
  path,
  before,
  after,
}: {
  path: string;
  before: string | undefined;
  after: string;
}): ReactNode {
  const lines = linesOf(before ?? '', after);
  const added = lines.filter(({ sign }) => sign === '+').length;
  const removed = lines.filter(({ sign }) => sign === '-').length;
  const isSame = before === after;
  return (
    <details className="card file" open={!isSame}>
      <summary>
        <code className="fold-name">{path}</code>
        {before === undefined && <Badge tone="good">New</Badge>}
        {isSame ? (
          <span className="muted">Not changed</span>
        ) : (
          <span className="number">
            <span className="diff-added">+{added}</span> <span className="diff-removed">−{removed}</span>
          </span>
        )}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide lines are scrolled by the keyboard */}
      <section className="diff" aria-label={`Changes of ${path}`} tabIndex={0}>
        <table>
          <tbody>
            {folded(lines, isSame).map((line, index) =>
              line === undefined ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a diff keep their places
                <tr key={index} className="diff-fold">
                  <td colSpan={3}>…</td>
                </tr>
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a diff keep their places
                <tr key={index} className={CLASSES[line.sign]}>
                  <td className="diff-number">{line.number}</td>
                  <td className="diff-sign">{line.sign}</td>
                  <td className="diff-text">{line.text}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </section>
    </details>
  );
}

const CLASSES = { '+': 'is-added', '-': 'is-removed', ' ': undefined } as const;

function linesOf(before: string, after: string): Line[] {
  let number = 0;
  return diffLines(before, after).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((text): Line => {
        if (!removed) number += 1;
        return { sign: added ? '+' : removed ? '-' : ' ', text, number: removed ? undefined : number };
      }),
  );
}

/** Leaves out what is far from every change; undefined stands for it. */
function folded(lines: readonly Line[], isSame: boolean): (Line | undefined)[] {
  if (isSame) return [...lines];
  const isNear = lines.map(() => false);
  lines.forEach(({ sign }, at) => {
    if (sign !== ' ') isNear.fill(true, Math.max(0, at - CONTEXT), at + CONTEXT + 1);
  });
  return lines.flatMap((line, at) => {
    if (isNear[at]) return [line];
    return at === 0 || isNear[at - 1] ? [undefined] : [];
  });
}
