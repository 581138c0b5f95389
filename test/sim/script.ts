/**
 * Runs one command of a scenario. A command is a line of words and `name=value` options, and may have a YAML
 * body; after it everything settles, and what was committed is the output.
 */
import { dump, load } from 'js-yaml';
import type { Node, Pod, Taint } from '../../schemas/kubernetes/types/core-v1.ts';
import { apiVersionOf, kindByAnyName } from '../../schemas/kinds.ts';
import { type KubeObject, refOf } from '../../reconciler/core/model/object.ts';
import type { DeleteChange } from '../../reconciler/core/model/plan.ts';
import { parseQuantity } from '../../reconciler/core/model/quantity.ts';
import { isPodActive } from '../../reconciler/core/model/pod-status.ts';
import { explain } from '../../reconciler/core/scheduler/explain.ts';
import { deploymentObject, type Options, serviceObject } from './objects.ts';
import { cronJobObject, jobObject } from './job-objects.ts';
import { SimCluster } from './sim-cluster.ts';
import { SimHosts } from './sim-hosts.ts';
import { Transcript } from './transcript.ts';

type Run = (words: readonly string[], options: Options, body: string) => readonly string[] | undefined;

export class Script {
  readonly #cluster = new SimCluster({ seed: 1, shuffle: false });
  readonly #hosts = new SimHosts(this.#cluster);
  readonly #transcript = new Transcript();
  readonly #commands: Readonly<Record<string, Run>> = {
    node: ([name = ''], options) => this.#node(name, options),
    deployment: ([name = ''], options) => this.#put(deploymentObject(name, options)),
    service: ([name = ''], options) => this.#put(serviceObject(name, options)),
    job: ([name = ''], options, body) => this.#put(jobObject(name, options, body)),
    cronjob: ([name = ''], options, body) => this.#put(cronJobObject(name, options, body)),
    create: (_words, _options, body) => this.#create(this.#realNames(load(body)) as KubeObject),
    edit: ([kind = '', name = ''], _options, body) => this.#edit(this.#find(kind, name), load(body)),
    delete: ([kind = '', name = ''], options) => this.#delete(this.#find(kind, name), options['cascade']),
    ready: (names) => this.#eachPod(names, (pod) => this.#hosts.running(pod, true)),
    unready: (names) => this.#eachPod(names, (pod) => this.#hosts.running(pod, false)),
    fail: (names) => this.#eachPod(names, (pod) => this.#hosts.ended(pod, 'Failed')),
    exit: (names, { code = '0' }) => this.#eachPod(names, (pod) => this.#hosts.exited(pod, Number(code))),
    restarts: (names, { count = '1' }) =>
      this.#eachPod(names, (pod) => this.#hosts.restarted(pod, Number(count))),
    disrupt: (names) => this.#eachPod(names, (pod) => this.#hosts.disrupted(pod)),
    usage: (names, options) => this.#eachPod(names, (pod) => this.#uses(pod, options)),
    end: () => this.#endTerminating(),
    heartbeat: (names) => this.#eachNode(names, (name) => this.#hosts.heartbeat(name)),
    cut: (names) => this.#eachNode(names, (name) => this.#hosts.cut(name)),
    clock: ([time = ''], { beat }) => this.#clock(time, beat),
    step: ([time = '']) => this.#step(time),
    show: ([kind = '', name]) => this.#show(kind, name),
    yaml: ([kind = '', name, part]) => this.#yaml(kind, name, part),
    why: ([name = '']) => this.#why(name),
  };

  constructor() {
    this.#cluster.settle();
    this.#transcript.take(this.#cluster);
  }

  /** The output of a command, settled; throws for one that does not exist or cannot be done. */
  run(command: string, body: string): readonly string[] {
    const [verb = '', ...rest] = command.split(/\s+/);
    const run = this.#commands[verb];
    if (run === undefined)
      throw new Error(`no command ${verb}; there are ${Object.keys(this.#commands).join(', ')}`);
    const pairs = rest
      .filter((word) => word.includes('='))
      .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const);
    const answer = run(
      rest.filter((word) => !word.includes('=')),
      Object.fromEntries(pairs),
      body,
    );
    if (answer !== undefined) return answer;
    this.#cluster.settle();
    const unrest = this.#cluster.unrest();
    if (unrest.length > 0) throw new Error(`planning again is no no-op: ${unrest.join('\n')}`);
    return this.#transcript.take(this.#cluster);
  }

  #node(name: string, options: Options): undefined {
    const { cpu = '4', memory = '8Gi', pods = '110', zone, label, taint, unschedulable, devices } = options;
    const [key = '', value = ''] = (label ?? '').split(':');
    const labels = {
      ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
      ...(label === undefined ? {} : { [key]: value }),
    };
    const spec: Node['spec'] = {
      ...(taint === undefined ? {} : { taints: [taintOf(taint)] }),
      ...(unschedulable === undefined ? {} : { unschedulable: true }),
    };
    const [device = '', count = ''] = (devices ?? '').split(':');
    const allocatable = { cpu, memory, pods, ...(devices === undefined ? {} : { [device]: count }) };
    this.#hosts.join(name, { allocatable, labels, spec });
  }

  /** Creates the object, or gives the one of its name this spec. */
  #put(object: KubeObject): undefined {
    const { apiVersion, kind, namespace, name } = refOf(object);
    const live = this.#cluster.view.get<KubeObject>(apiVersion, kind, namespace, name);
    if (live === undefined) return this.#create(object);
    const next = { ...object, metadata: { ...live.metadata, ...object.metadata } };
    this.#cluster.submit('user', [{ type: 'update', scope: 'spec', object: next }]);
  }

  #create(object: KubeObject): undefined {
    const info = kindByAnyName(object.kind);
    const namespace = info?.namespaced === true ? { namespace: 'shop' } : {};
    this.#cluster.submit('user', [
      { type: 'create', object: { ...object, metadata: { ...namespace, ...object.metadata } } },
    ]);
  }

  #edit(object: KubeObject, patch: unknown): undefined {
    const names = this.#realNames(patch);
    this.#cluster.submit('user', [
      { type: 'update', scope: 'spec', object: merged(object, names) as KubeObject },
    ]);
  }

  /** Bodies name objects as the transcript does, and say `uid of KIND NAME`, with `in NAMESPACE` where it is another. */
  #realNames(body: unknown): unknown {
    return JSON.parse(JSON.stringify(body), (_key, value: unknown) => {
      if (typeof value !== 'string') return value;
      const [, kind = '', name = '', namespace] = /^uid of (\S+) (\S+)(?: in (\S+))?$/.exec(value) ?? [];
      return kind === '' ? this.#transcript.realName(value) : this.#find(kind, name, namespace).metadata.uid;
    });
  }

  #delete(object: KubeObject, cascade: string | undefined): undefined {
    const propagation = (cascade ?? 'Background') as NonNullable<DeleteChange['propagation']>;
    this.#cluster.submit('user', [
      { type: 'delete', ref: refOf(object), uid: object.metadata.uid ?? '', propagation },
    ]);
  }

  #find(kindName: string, shown: string, namespace = 'shop'): KubeObject {
    const info = kindByAnyName(kindName);
    if (info === undefined) throw new Error(`no kind ${kindName}`);
    const name = this.#transcript.realName(shown);
    const object = this.#cluster.view.get<KubeObject>(
      apiVersionOf(info),
      info.kind,
      info.namespaced ? namespace : '',
      name,
    );
    if (object === undefined) throw new Error(`there is no ${kindName} ${shown}`);
    return object;
  }

  /** The named pods, or all bound ones that are active, each time settled before the next is looked at. */
  #eachPod(names: readonly string[], act: (pod: Pod) => void): undefined {
    const bound = this.#cluster
      .list<Pod>('v1', 'Pod')
      .filter((pod) => isPodActive(pod) && pod.spec?.nodeName !== undefined);
    const pods = names.length === 0 ? bound : names.map((name) => this.#find('pod', name) as Pod);
    for (const pod of pods) act(pod);
  }

  #endTerminating(): undefined {
    const ending = this.#cluster
      .list<Pod>('v1', 'Pod')
      .filter((pod) => pod.metadata.deletionTimestamp !== undefined);
    for (const pod of ending) this.#hosts.gone(pod);
  }

  /** Each container of the pod uses as much from now on. */
  #uses({ metadata, spec }: Pod, { cpu = '0', memory = '0' }: Options): void {
    this.#cluster.usage.pods.set(metadata.uid ?? '', {
      atMs: this.#cluster.nowMs,
      windowMs: 15_000,
      containers: (spec?.containers ?? []).map(({ name }) => ({
        name,
        cpuMilli: parseQuantity(cpu, 0.001) ?? 0,
        memoryBytes: parseQuantity(memory) ?? 0,
      })),
    });
  }

  #eachNode(names: readonly string[], act: (name: string) => void): undefined {
    const all = this.#cluster.list<Node>('v1', 'Node').map((node) => node.metadata.name ?? '');
    for (const name of names.length === 0 ? all : names) act(name);
  }

  /** `+SECONDSs`; with `beat`, all hosts give a sign of life every so many seconds. */
  #clock(time: string, beat: string | undefined): undefined {
    const match = /^\+(\d+)s$/.exec(time);
    if (match === null) throw new Error(`clock takes +SECONDSs, not ${time}`);
    const seconds = Number(match[1]);
    const turn = beat === undefined ? seconds : Number(beat);
    for (let passed = 0; passed < seconds; passed += turn) {
      this.#cluster.advance(Math.min(turn, seconds - passed) * 1000);
      if (beat !== undefined) this.#eachNode([], (name) => this.#hosts.heartbeat(name));
    }
  }

  /** The clock is set; nobody looks at it until something happens. */
  #step(time: string): readonly string[] {
    const match = /^([+-]\d+)s$/.exec(time);
    if (match === null) throw new Error(`step takes +SECONDSs or -SECONDSs, not ${time}`);
    this.#cluster.stepClock(Number(match[1]) * 1000);
    return [];
  }

  #named(kindName: string, name: string | undefined): readonly KubeObject[] {
    const info = kindByAnyName(kindName);
    if (info === undefined) throw new Error(`no kind ${kindName}`);
    return name === undefined
      ? this.#cluster.view.list<KubeObject>(apiVersionOf(info), info.kind)
      : [this.#find(kindName, name)];
  }

  /** Objects whole, but for what the server sets on each of them. */
  /** All objects of the kind, or the named one, or one part of it: `status`, `spec.template.spec.tolerations`. */
  #yaml(kindName: string, name: string | undefined, part = ''): readonly string[] {
    const texts = this.#named(kindName, name).map(({ metadata, ...object }) => {
      const { uid: _, resourceVersion: __, managedFields: ___, ...shown } = metadata;
      const steps = part === '' ? [] : part.split('.');
      const value = steps.reduce<unknown>(
        (inner, step) => (inner as Readonly<Record<string, unknown>> | undefined)?.[step],
        { ...object, metadata: shown },
      );
      return dump(value ?? null, { lineWidth: -1, sortKeys: true, noRefs: true });
    });
    return texts.sort().flatMap((text) => this.#transcript.shownLines(text.trimEnd().split('\n')));
  }

  #show(kindName: string, name: string | undefined): readonly string[] {
    const shown = this.#named(kindName, name).map((object) => this.#transcript.describe(object));
    if (shown.length === 0) return ['none'];
    return shown.sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)).flat();
  }

  #why(name: string): readonly string[] {
    const { summary, nodes } = explain(this.#find('pod', name) as Pod, this.#cluster.view);
    const lines = nodes.map(({ node, reasons, total, points }) => {
      const scores = Object.entries(points).map(([score, value]) => `${score} ${value}`);
      return `  ${node}: ${reasons.length > 0 ? reasons.join(', ') : `${total} (${scores.join(', ')})`}`;
    });
    return [summary, ...lines];
  }
}

/** `key=value:effect` as `key/value:effect`: options own the equals sign. */
function taintOf(text: string): Taint {
  const [name = '', effect = 'NoSchedule'] = text.split(':');
  const [key = '', value] = name.split('/');
  return { key, effect, ...(value === undefined ? {} : { value }) };
}

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === 'object' && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
