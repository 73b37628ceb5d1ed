import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config.ts';
import { blocksOf } from '../docs/blocks.ts';
import { configVariables, readProjectFile } from '../docs/environment.ts';
import {
  buildRenderer,
  isGoMissing,
  type KubernetesObject,
  problemsOf,
  render,
  valuesWith,
} from './chart.ts';
import { problemsIn } from './kubernetes.ts';

const SECRETS = {
  ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  JWT_PRIVATE_KEYS: generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  DATABASE_URL: 'postgres://quantgate:secret@db.example.com/quantgate',
  REDIS_URL: 'rediss://redis.example.com:6379',
};
const config = { PUBLIC_URL: 'https://gateway.example.com' };

const page = blocksOf(readProjectFile('docs/operate/kubernetes.md'));

const INSTALLATIONS = {
  'the file of docs/operate/kubernetes.md': parse(
    page.find(({ mark }) => mark === 'file: values.yaml')?.text ?? '',
  ),
  'an existing Secret': { config, secrets: { existingSecret: 'quantgate-keys' } },
  'a Secret of its own': { config, secrets: { values: { ...SECRETS, ADMIN_PASSWORD: 'a long password' } } },
  everything: {
    image: { repository: 'registry.example.com/quantgate', digest: `sha256:${'ab'.repeat(32)}` },
    imagePullSecrets: [{ name: 'registry' }],
    config: { ...config, REQUEST_RATE: '50/1s', MAX_SOCKETS_PER_USER: 20, INTROSPECTION: true },
    secrets: { existingSecret: 'quantgate-keys' },
    migrations: { job: true },
    service: { type: 'LoadBalancer', annotations: { 'example.com/class': 'internal' } },
    ingress: {
      enabled: true,
      className: 'nginx',
      host: 'gateway.example.com',
      tlsSecret: 'gateway-tls',
      annotations: { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '75' },
    },
    autoscaling: { enabled: true },
    metrics: { enabled: true, serviceMonitor: { enabled: true, labels: { release: 'prometheus' } } },
    networkPolicy: {
      enabled: true,
      clients: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }],
      monitoring: [{ podSelector: {} }],
    },
    serviceAccount: { annotations: { 'example.com/role': 'gateway' } },
    podAnnotations: { 'example.com/team': 'gateways' },
    podLabels: { team: 'gateways' },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'gateways', operator: 'Exists' }],
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  },
};
const names = Object.keys(INSTALLATIONS) as (keyof typeof INSTALLATIONS)[];

function objectsOf(name: keyof typeof INSTALLATIONS): KubernetesObject[] {
  return render(INSTALLATIONS[name]);
}

function one(objects: KubernetesObject[], kind: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind);
  expect(found, kind).toHaveLength(1);
  return found[0] as KubernetesObject;
}

test.each(names)('values.schema.json takes the values of %s', (name) => {
  expect(problemsOf(valuesWith(INSTALLATIONS[name]))).toEqual([]);
});

test.each([
  ['a member that there is not', { replicas: 3 }, ' must NOT have additional properties'],
  ['a wrong type', { replicaCount: '3' }, '/replicaCount must be integer'],
  ['a secret among the plain variables', { config: { ENCRYPTION_KEYS: 'k1:…' } }, '/config property name'],
  ['what is no name of a variable', { secrets: { values: { password: 'x' } } }, '/secrets/values property'],
])('values.schema.json refuses %s', (_what, values, problem) => {
  expect(problemsOf(valuesWith(values)).join('\n')).toContain(problem);
});

test('the version of the chart names that of the project', () => {
  const { version } = JSON.parse(readProjectFile('package.json'));
  expect(readProjectFile('deploy/helm/Chart.yaml')).toContain(`\nappVersion: ${version}\n`);
});

describe.skipIf(isGoMissing)('the rendered chart', () => {
  beforeAll(buildRenderer, 120_000);

  test.each(names)(
    'with %s has objects that Kubernetes takes, and no member that it does not know',
    async (name) => {
      const unknown: string[] = [];
      for (const object of objectsOf(name)) {
        const problems = await problemsIn(object);
        if (problems === undefined) unknown.push(object.kind);
        expect(problems ?? [], object.kind).toEqual([]);
      }
      // A kind of the Prometheus Operator: its schema is not checked.
      expect(unknown).toEqual(name === 'everything' ? ['ServiceMonitor'] : []);
    },
  );

  test('is judged by schemas that see a wrong type and a wrong name', async () => {
    const deployment = one(objectsOf('everything'), 'Deployment');
    const [container] = deployment.spec.template.spec.containers;
    container.readinesProbe = container.readinessProbe;
    deployment.spec.replicas = 'three';
    expect(await problemsIn(deployment)).toEqual([
      '/spec/replicas: type {"type":"integer"}',
      '/spec/template/spec/containers/0/readinesProbe: no such member',
    ]);
  });

  test('gives the gateway variables that are its own, and start it in production', () => {
    const objects = objectsOf('a Secret of its own');
    const { data } = one(objects, 'ConfigMap');
    const { stringData } = one(objects, 'Secret');
    const environment = { NODE_ENV: 'production', ...data, ...stringData, ADMIN_EMAIL: 'admin@example.com' };
    expect(configVariables()).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(loadConfig(environment)).toMatchObject({
      isProduction: true,
      publicUrl: 'https://gateway.example.com',
    });
    const [container] = one(objects, 'Deployment').spec.template.spec.containers;
    expect(container.envFrom).toEqual([
      { configMapRef: { name: 'main-quantgate' } },
      { secretRef: { name: 'main-quantgate' } },
    ]);
    expect(Object.keys(one(objectsOf('everything'), 'ConfigMap').data)).toEqual(
      expect.arrayContaining(['REQUEST_RATE', 'MAX_SOCKETS_PER_USER', 'INTROSPECTION', 'METRICS_PORT']),
    );
  });

  test('stops a pod after the longest time that the gateway may take', () => {
    const objects = objectsOf('an existing Secret');
    const { DRAIN_DELAY, SHUTDOWN_TIMEOUT } = one(objects, 'ConfigMap').data;
    const { drainDelayMs, shutdownTimeoutMs } = loadConfig({ DRAIN_DELAY, SHUTDOWN_TIMEOUT });
    const { terminationGracePeriodSeconds } = one(objects, 'Deployment').spec.template.spec;
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(drainDelayMs + shutdownTimeoutMs);
    // Out before it closes its port, also where only the probe says so.
    const [{ readinessProbe }] = one(objects, 'Deployment').spec.template.spec.containers;
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    expect(readinessProbe.periodSeconds * readinessProbe.failureThreshold * 1_000).toBeLessThan(drainDelayMs);
  });

  test('runs as the user of the image, and writes to its volume only', () => {
    const pods = objectsOf('everything').filter(({ kind }) => ['Deployment', 'Job'].includes(kind));
    expect(pods).toHaveLength(2);
    for (const { spec } of pods) {
      const { securityContext, containers, volumes } = spec.template.spec;
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1_000 });
      expect(readProjectFile('Dockerfile')).toContain(`\nUSER ${securityContext.runAsUser}:`);
      for (const { securityContext: container, volumeMounts, image } of containers) {
        expect(container).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
        expect(volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(['/data']);
        expect(image).toBe(`registry.example.com/quantgate@sha256:${'ab'.repeat(32)}`);
      }
      expect(volumes).toHaveLength(1);
    }
    expect(one(pods, 'Job').metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-upgrade' });
  });

  test.each(names)('with %s has selectors that fit its pods, and no other pods', (name) => {
    const objects = objectsOf(name);
    const pod = one(objects, 'Deployment').spec.template.metadata.labels;
    const selectors = [
      one(objects, 'Deployment').spec.selector.matchLabels,
      one(objects, 'Service').spec.selector,
      one(objects, 'PodDisruptionBudget').spec.selector.matchLabels,
    ];
    for (const selector of selectors) expect(pod).toMatchObject(selector);
    const job = objects.find(({ kind }) => kind === 'Job')?.spec.template.metadata.labels ?? {};
    for (const selector of selectors) expect(job).not.toMatchObject(selector);
  });

  test('leaves the number of replicas to the autoscaler, which goes by CPU', () => {
    const objects = objectsOf('everything');
    expect(one(objects, 'Deployment').spec).not.toHaveProperty('replicas');
    const { scaleTargetRef, metrics } = one(objects, 'HorizontalPodAutoscaler').spec;
    expect(scaleTargetRef.name).toBe(one(objects, 'Deployment').metadata.name);
    expect(metrics[0].resource).toEqual({
      name: 'cpu',
      target: { type: 'Utilization', averageUtilization: 70 },
    });
    expect(one(objectsOf('an existing Secret'), 'Deployment').spec.replicas).toBe(3);
  });

  test.each([
    ['PUBLIC_URL', { secrets: { existingSecret: 'a' } }, 'config.PUBLIC_URL'],
    ['keys', { config }, 'secrets.values.ENCRYPTION_KEYS, or secrets.existingSecret'],
    [
      'time to stop',
      { config, secrets: { existingSecret: 'a' }, shutdown: { drainDelaySeconds: 40 } },
      'shutdown.drainDelaySeconds must be less',
    ],
  ])('is refused without %s', (_what, values, message) => {
    expect(() => render(values)).toThrow(message);
  });
});
