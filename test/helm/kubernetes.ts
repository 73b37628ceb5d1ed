import type { KubernetesObject } from './chart.ts';

/** A compiled schema: like a function that Ajv has made. */
interface Validator {
  (value: unknown): boolean;
  errors?: { instancePath: string; message?: string; keyword: string; params: unknown }[] | null;
}

/** Kind → its name in the OpenAPI document of Kubernetes. */
const SCHEMAS: Record<string, string> = {
  'v1/ConfigMap': 'CoreV1ConfigMap',
  'v1/Secret': 'CoreV1Secret',
  'v1/Service': 'CoreV1Service',
  'v1/ServiceAccount': 'CoreV1ServiceAccount',
  'apps/v1/Deployment': 'AppsV1Deployment',
  'batch/v1/Job': 'BatchV1Job',
  'networking.k8s.io/v1/Ingress': 'NetworkingV1Ingress',
  'networking.k8s.io/v1/NetworkPolicy': 'NetworkingV1NetworkPolicy',
  'policy/v1/PodDisruptionBudget': 'PolicyV1PodDisruptionBudget',
  'autoscaling/v2/HorizontalPodAutoscaler': 'AutoscalingV2HorizontalPodAutoscaler',
};

/**
 * What the schema of Kubernetes has against an object, and which members it does not know.
 * @returns lines that begin with the path; undefined for a kind that is none of Kubernetes' own
 */
export async function problemsIn(object: KubernetesObject): Promise<string[] | undefined> {
  const name = SCHEMAS[`${object.apiVersion}/${object.kind}`];
  if (name === undefined) return undefined;
  const { validate } = (await import(`kubernetes-models/_schemas/IoK8sApi${name}`)) as {
    validate: Validator;
  };
  const unread = new Set<string>();
  validate(watched(object, '', unread));
  const errors = (validate.errors ?? []).map(
    ({ instancePath, keyword, params }) => `${instancePath}: ${keyword} ${JSON.stringify(params)}`,
  );
  return [...errors, ...[...unread].map((path) => `${path}: no such member`)];
}

/** The schema takes members that it does not name. But it reads only those that it names: the rest stays in `unread`. */
function watched(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}/${name}`;
    unread.add(at);
    members.set(name, member);
  }
  return new Proxy(value, {
    get(target, name) {
      if (typeof name !== 'string' || !members.has(name)) return Reflect.get(target, name);
      const at = `${path}/${name}`;
      if (!unread.delete(at)) return members.get(name);
      members.set(name, watched(members.get(name), at, unread));
      return members.get(name);
    },
  });
}
