import '@xyflow/react/dist/base.css';
import './graph.css';
import type { AiTaskFieldsFragment } from '@quantgate/client';
import { Controls, type Edge, type Node, Panel, ReactFlow } from '@xyflow/react';
import { type ReactNode, useMemo, useRef } from 'react';
import { Failure } from '../../design/failure.tsx';
import { Loading } from '../../design/loading.tsx';
import type { Analysis, TaskFacts } from './analysis.ts';
import { FitButton, KeepInView } from './keep-in-view.tsx';
import { COLUMN_GAP, type LayoutInput, NODE_HEIGHT, NODE_WIDTH } from './layout.ts';
import { StageNode, TaskNode, type TaskNodeData } from './task-node.tsx';
import { type Layout, useLayout } from './use-layout.ts';
import { countOf } from './words.ts';

const nodeTypes = { task: TaskNode, stage: StageNode };
const COLUMN_WIDTH = NODE_WIDTH + COLUMN_GAP;

interface TaskGraphProps {
  tasks: readonly AiTaskFieldsFragment[];
  analysis: Analysis;
  /** Changes with the tasks of the list and their dependencies, not with their statuses. */
  structure: string;
  chosenId: string | undefined;
  /** The state whose tasks stand out; an empty text for all. */
  filter: string;
  onChoose: (id: string) => void;
}

/** The tasks of a list as a graph, stage by stage from left to right. */
export default function TaskGraph(props: TaskGraphProps): ReactNode {
  const { tasks, analysis, structure, onChoose } = props;
  const { layout, error } = useLayout(structure, () => layoutInputOf(tasks, analysis));
  if (error !== undefined) return <Failure error={error} />;
  if (layout === undefined || layout.x.length === 0) return <Loading label="Arranging the tasks" />;
  // While another structure is laid out, the last graph stays; new tasks come with the new layout.
  return <Drawing {...props} layout={layout} isOld={layout.key !== structure} onChoose={onChoose} />;
}

function Drawing({
  tasks,
  analysis,
  layout,
  isOld,
  chosenId,
  filter,
  onChoose,
}: TaskGraphProps & { layout: Layout; isOld: boolean }): ReactNode {
  const places = usePlaces(tasks, layout, isOld);
  const nodes = useNodes(tasks, analysis, places, chosenId, filter);
  const edges = useEdges(tasks, analysis.criticalPath, places, chosenId);
  return (
    <section className="graph" aria-label="Graph">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodeClick={(_event, node) => node.type === 'task' && onChoose(node.id)}
        onlyRenderVisibleElements
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnDoubleClick={false}
        minZoom={0.04}
        maxZoom={1.5}
        preventScrolling
      >
        <Controls showInteractive={false} showFitView={false}>
          <FitButton places={places} />
        </Controls>
        <KeepInView places={places} chosenId={chosenId} />
        {isOld && (
          <Panel position="top-right">
            <span className="badge tone-info is-live">Arranging new tasks</span>
          </Panel>
        )}
      </ReactFlow>
    </section>
  );
}

function layoutInputOf(tasks: readonly AiTaskFieldsFragment[], { facts }: Analysis): LayoutInput {
  const positions = new Map(tasks.map(({ id }, position) => [id, position]));
  return {
    count: tasks.length,
    stages: tasks.map(({ id }) => facts.get(id)?.stage ?? 0),
    edges: tasks.flatMap(({ dependsOn }, to) =>
      [...new Set(dependsOn)].flatMap((need) => {
        const from = positions.get(need);
        return from === undefined ? [] : [[from, to] as const];
      }),
    ),
  };
}

type Places = ReadonlyMap<string, { x: number; y: number }>;

/** Where each task of the layout stands; the ids are those of the list when it was laid out. */
function usePlaces(tasks: readonly AiTaskFieldsFragment[], layout: Layout, isOld: boolean): Places {
  const last = useRef<{ layout: Layout; places: Places } | undefined>(undefined);
  if (last.current?.layout !== layout && !isOld) {
    const places = new Map(
      tasks.map(({ id }, position) => [id, { x: layout.x[position] ?? 0, y: layout.y[position] ?? 0 }]),
    );
    last.current = { layout, places };
  }
  return last.current?.places ?? new Map();
}

/** The nodes; one whose task has not changed stays the same object, so that it is not drawn again. */
function useNodes(
  tasks: readonly AiTaskFieldsFragment[],
  analysis: Analysis,
  places: Places,
  chosenId: string | undefined,
  filter: string,
): Node[] {
  const drawn = useRef(new Map<string, TaskNodeData>());
  const stages = useMemo(() => stageNodes(places), [places]);
  return useMemo(() => {
    const before = drawn.current;
    const next = new Map<string, TaskNodeData>();
    for (const task of tasks) {
      const position = places.get(task.id);
      const facts = analysis.facts.get(task.id);
      if (position === undefined || facts === undefined) continue;
      const data = {
        title: task.title,
        state: facts.state,
        progress: task.status === 'IN_PROGRESS' ? (task.progress ?? undefined) : undefined,
        note: noteOf(facts),
        isCritical: facts.isCritical,
        isChosen: task.id === chosenId,
        isDim: filter !== '' && filter !== facts.state,
      };
      const known = before.get(task.id);
      const isSame = known !== undefined && known.position === position && isEqual(known.data, data);
      next.set(task.id, isSame ? known : nodeOf(task.id, position, data));
    }
    drawn.current = next;
    return [...next.values(), ...stages];
  }, [tasks, analysis, places, chosenId, filter, stages]);
}

function noteOf({ by, because }: TaskFacts): string {
  if (by.length > 0) return `by ${countOf(by.length, 'task')}`;
  return because.length > 0 ? `because of ${countOf(because.length, 'task')}` : '';
}

function isEqual(one: TaskNodeData['data'], other: TaskNodeData['data']): boolean {
  return (Object.keys(one) as (keyof typeof one)[]).every((key) => one[key] === other[key]);
}

/** Its size and handles are given, so that nothing has to be measured. */
function nodeOf(id: string, position: { x: number; y: number }, data: TaskNodeData['data']): TaskNodeData {
  const handle = { y: NODE_HEIGHT / 2, width: 1, height: 1 };
  return {
    id,
    type: 'task',
    position,
    data,
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    handles: [
      { ...handle, type: 'target', position: 'left', x: 0 } as never,
      { ...handle, type: 'source', position: 'right', x: NODE_WIDTH } as never,
    ],
  };
}

/** A heading above each column. */
function stageNodes(places: Places): Node[] {
  const columns = new Map<number, number>();
  let top = 0;
  for (const { x, y } of places.values()) {
    columns.set(x, (columns.get(x) ?? 0) + 1);
    top = Math.min(top, y);
  }
  return [...columns].map(([x, count]) => ({
    id: `stage ${x}`,
    type: 'stage',
    position: { x, y: top - 44 },
    width: NODE_WIDTH,
    height: 28,
    data: { text: `Stage ${Math.round(x / COLUMN_WIDTH) + 1} · ${count.toLocaleString()}` },
  }));
}

/** The edges; they stay the same objects until another task is chosen or the critical path changes. */
function useEdges(
  tasks: readonly AiTaskFieldsFragment[],
  criticalPath: readonly string[],
  places: Places,
  chosenId: string | undefined,
): Edge[] {
  const critical = criticalPath.slice(1).map((id, at) => `${criticalPath[at]} ${id}`);
  const drawn = useRef<{ key: string; places: Places; edges: Edge[] } | undefined>(undefined);
  const key = `${chosenId} ${critical.join()}`;
  if (drawn.current?.key !== key || drawn.current.places !== places) {
    const steps = new Set(critical);
    const edges = tasks.flatMap(({ id, dependsOn }) =>
      [...new Set(dependsOn)].flatMap((need) =>
        places.has(id) && places.has(need) ? [edgeOf(need, id, steps.has(`${need} ${id}`), chosenId)] : [],
      ),
    );
    drawn.current = { key, places, edges };
  }
  return drawn.current.edges;
}

function edgeOf(source: string, target: string, isCritical: boolean, chosenId: string | undefined): Edge {
  const isNear = chosenId !== undefined && (source === chosenId || target === chosenId);
  return {
    id: `${source} ${target}`,
    source,
    target,
    className: isNear ? 'is-near' : isCritical ? 'is-critical' : '',
    zIndex: isNear || isCritical ? 1 : 0,
  };
}
