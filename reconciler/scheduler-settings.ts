/** The section `scheduler` of berth.yaml: the fields of KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1). */
import type { SchedulerConfiguration, Profile } from './core/scheduler/profile.ts';
import {
  defaultConfiguration,
  defaultProfile,
  defaultSchedulerName,
  type FilterName,
  filterNames,
  type ScoreName,
  scoreNames,
} from './core/scheduler/profile.ts';
import { withPluginArguments } from './scheduler-plugin-arguments.ts';
import { type Fields, fieldsAt, itemsAt, oneOfAt, textAt, wholeAt } from './settings-section.ts';

const knownFields = [
  'podInitialBackoffSeconds',
  'podMaxBackoffSeconds',
  'percentageOfNodesToScore',
  'profiles',
];
const profileFields = ['schedulerName', 'percentageOfNodesToScore', 'plugins', 'pluginConfig'];
const extensionPoints = ['multiPoint', 'filter', 'score', 'postFilter'] as const;

const preemptionPlugin = 'DefaultPreemption';
/** No plan that gives away more than a node has is committed, whatever a profile says. */
const indispensable: FilterName = 'NodeResourcesFit';
const everyPlugin = '*';
const secondsMax = 3_600;
const weightMax = 1_000_000;

/** Kubernetes' defaults where there is no section. Throws naming the field that is wrong. */
export function readSchedulerSettings(section: unknown): SchedulerConfiguration {
  const path = 'scheduler';
  const given = fieldsAt(section, path, knownFields);
  const seconds = (field: string, otherwiseMs: number): number =>
    1000 *
    wholeAt(given[field], `${path}.${field}`, { least: 1, most: secondsMax, otherwise: otherwiseMs / 1000 });
  const podInitialBackoffMs = seconds('podInitialBackoffSeconds', defaultConfiguration.podInitialBackoffMs);
  const podMaxBackoffMs = seconds('podMaxBackoffSeconds', defaultConfiguration.podMaxBackoffMs);
  if (podMaxBackoffMs < podInitialBackoffMs)
    throw new Error(`${path}.podMaxBackoffSeconds: must not be less than podInitialBackoffSeconds`);
  const percentageOfNodesToScore = percentageAt(given, path, 0);
  const listed = itemsAt(given['profiles'], `${path}.profiles`);
  const profiles = listed.map((one, index) =>
    profileAt(one, `${path}.profiles[${index}]`, percentageOfNodesToScore),
  );
  const names = profiles.map(({ schedulerName }) => schedulerName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${path}.profiles: two profiles have the schedulerName ${twice}`);
  return {
    podInitialBackoffMs,
    podMaxBackoffMs,
    profiles: profiles.length > 0 ? profiles : [{ ...defaultProfile, percentageOfNodesToScore }],
  };
}

function percentageAt(given: Fields, path: string, otherwise: number): number {
  const field = 'percentageOfNodesToScore';
  return wholeAt(given[field], `${path}.${field}`, { least: 0, most: 100, otherwise });
}

function profileAt(value: unknown, path: string, percentage: number): Profile {
  const given = fieldsAt(value, path, profileFields);
  const name = given['schedulerName'];
  const named: Profile = {
    ...defaultProfile,
    schedulerName: name === undefined ? defaultSchedulerName : textAt(name, `${path}.schedulerName`),
    percentageOfNodesToScore: percentageAt(given, path, percentage),
  };
  const chosen = withPlugins(named, given['plugins'], `${path}.plugins`);
  return withPluginArguments(chosen, given['pluginConfig'], `${path}.pluginConfig`);
}

/** Everything is enabled by default: what is disabled goes first, what is enabled comes back, with its weight. */
function withPlugins(profile: Profile, value: unknown, path: string): Profile {
  const points = fieldsAt(value, path, extensionPoints);
  const filters = new Set<FilterName>(profile.filters);
  const weights: Record<ScoreName, number> = { ...profile.weights };
  let { preemption } = profile;
  for (const point of extensionPoints) {
    const at = `${path}.${point}`;
    const sets = fieldsAt(points[point], at, ['enabled', 'disabled']);
    const covers = (which: (typeof extensionPoints)[number]): boolean =>
      point === which || point === 'multiPoint';
    for (const name of pluginsAt(sets['disabled'], `${at}.disabled`).map((one) => one.name)) {
      const hits = (plugin: string): boolean => name === everyPlugin || name === plugin;
      if (covers('filter') && name === indispensable)
        throw new Error(`${at}.disabled: ${indispensable} cannot be disabled as a filter`);
      if (covers('filter'))
        for (const one of filterNames) if (hits(one) && one !== indispensable) filters.delete(one);
      if (covers('score')) for (const one of scoreNames) if (hits(one)) weights[one] = 0;
      if (covers('postFilter') && hits(preemptionPlugin)) preemption = undefined;
    }
    for (const { name, weight } of pluginsAt(sets['enabled'], `${at}.enabled`)) {
      if (covers('filter')) for (const one of filterNames) if (name === one) filters.add(one);
      if (covers('score'))
        for (const one of scoreNames)
          if (name === one) weights[one] = weight ?? (weights[one] || defaultProfile.weights[one]);
      if (covers('postFilter') && name === preemptionPlugin) ({ preemption } = defaultProfile);
    }
  }
  return { ...profile, filters, weights, preemption };
}

const pluginNames: readonly string[] = [...new Set([...filterNames, ...scoreNames, preemptionPlugin])];

function pluginsAt(
  value: unknown,
  path: string,
): readonly { readonly name: string; readonly weight: number | undefined }[] {
  return itemsAt(value, path).map((one, index) => {
    const at = `${path}[${index}]`;
    const { name, weight } = fieldsAt(one, at, ['name', 'weight']);
    return {
      name: oneOfAt(name, `${at}.name`, [...pluginNames, everyPlugin]),
      weight:
        weight === undefined
          ? undefined
          : wholeAt(weight, `${at}.weight`, { least: 1, most: weightMax, otherwise: 1 }),
    };
  });
}
