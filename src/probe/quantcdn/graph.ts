import { isJsonObject } from '../../lib/json.ts';
import { type Assumption, broken, HELD, heldUnless, Undecided } from '../assumption.ts';
import { typeName } from '../shapes.ts';
import { objectsOf, type QuantCdnEvidence, textsOf } from './evidence.ts';

/** The dependency graph (docs/upstream/quantcdn.md, Dependency graph). */
export const GRAPH_ASSUMPTIONS: readonly Assumption<QuantCdnEvidence>[] = [
  {
    id: 'graph-shape',
    statement: '`graph` is an object by task id, each value `{taskId, title, status, dependsOn, dependents}`',
    judge(evidence) {
      const { graph, nodes } = evidence.graph();
      if (Array.isArray(graph)) return broken('it is a list');
      if (!isJsonObject(graph)) return broken(`it is ${typeName(graph)}`);
      if (nodes.length === 0) throw new Undecided('the graph is empty');
      const names = ['taskId', 'title', 'status', 'dependsOn', 'dependents'];
      const missing = nodes.flatMap((node) => names.filter((name) => node[name] === undefined));
      const isByOther = Object.entries(graph).some(
        ([key, node]) => isJsonObject(node) && node.taskId !== undefined && node.taskId !== key,
      );
      return heldUnless([
        ...missing.map((name) => `without \`${name}\``),
        ...(isByOther ? ['by another key'] : []),
      ]);
    },
  },
  {
    id: 'graph-is-whole',
    statement: '`taskCount` is the number of tasks in `graph`',
    judge(evidence) {
      const { head, nodes } = evidence.graph();
      const count = Number(head.taskCount);
      if (Number.isNaN(count)) return broken('there is no count');
      return count === nodes.length ? HELD : broken(count > nodes.length ? 'it is larger' : 'it is smaller');
    },
  },
  {
    id: 'graph-ends',
    statement: '`roots` depend on no task, and on `leaves` depends none',
    judge(evidence) {
      const { head, nodes } = evidence.graph();
      if (nodes.length === 0) throw new Undecided('the graph is empty');
      const idsOf = (name: string) =>
        nodes
          .flatMap((node) => (textsOf(node[name]).length === 0 ? [String(node.taskId)] : []))
          .sort()
          .join();
      const findings = [
        textsOf(head.roots).sort().join() === idsOf('dependsOn') ? '' : '`roots` are others',
        textsOf(head.leaves).sort().join() === idsOf('dependents') ? '' : '`leaves` are others',
      ];
      return heldUnless(findings.filter(Boolean));
    },
  },
  {
    id: 'unknown-list-is-empty',
    statement: 'A list that does not exist is an empty graph and no 404',
    judge(evidence) {
      const answer = evidence.of('getDependencyGraph of an unknown list');
      if (answer.status >= 500) throw new Undecided(`the read answered HTTP ${answer.status}`);
      if (answer.status !== 200) return broken(`HTTP ${answer.status}`);
      const { taskCount, graph } = evidence.objectOf('getDependencyGraph of an unknown list');
      const isEmpty = Number(taskCount ?? 0) === 0 && objectsOf(graph).length === 0;
      return isEmpty ? HELD : broken('it has tasks');
    },
  },
];
