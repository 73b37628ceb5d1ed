import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo, type ReactNode } from 'react';
import { toneOf, wordsOf } from './words.ts';

/** What a node of the graph shows. It is the same object until that changes. */
export type TaskNodeData = Node<{
  title: string;
  state: string;
  /** From 0 to 1. */
  progress: number | undefined;
  /** What it waits for, or because of what it cannot start; shown below the title. */
  note: string;
  isCritical: boolean;
  isChosen: boolean;
  isDim: boolean;
}>;

/** A task in the graph. A press on it is a press on its node, which chooses it. */
export const TaskNode = memo(function TaskNode({ data }: NodeProps<TaskNodeData>): ReactNode {
  const { title, state, progress, note, isCritical, isChosen, isDim } = data;
  const classes = ['task-node', `is-${toneOf(state)}`];
  if (isCritical) classes.push('is-critical');
  if (isChosen) classes.push('is-chosen');
  if (isDim) classes.push('is-dim');
  if (state === 'IN_PROGRESS') classes.push('is-running');
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <button type="button" className={classes.join(' ')} aria-pressed={isChosen} title={title}>
        <span className="task-node-title">{title}</span>
        <span className="task-node-state">
          <span className="task-node-dot" />
          {wordsOf(state)}
          {note !== '' && <span className="task-node-note"> {note}</span>}
        </span>
        {progress !== undefined && (
          <span className="task-node-progress" style={{ width: `${Math.round(progress * 100)}%` }} />
        )}
      </button>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
});

export type StageNodeData = Node<{ text: string }>;

/** The heading of a stage. */
export const StageNode = memo(function StageNode({ data }: NodeProps<StageNodeData>): ReactNode {
  return <div className="stage-node">{data.text}</div>;
});
