/** Metrics of autoscalers as autoscaling/v2 has them, and in the older form that autoscaling/v1 keeps in annotations. */
import { type Fields, fieldsOf, isFields } from '../../../schemas/validation/loose.ts';

/** The older names of a kind of metric: of its own name, and of the target and the current value. */
interface OldNames {
  /** The fields of the metric that stay as they are. */
  readonly same: readonly string[];
  /** Where the metric's name and selector lie in the older form; none for resources. */
  readonly metric?: { readonly name: string; readonly selector: string };
  /** The older name of the object that the metric is about. */
  readonly describedObject?: string;
  readonly target: ValueNames;
  readonly current: ValueNames;
}

/** The older name of each field of a MetricTarget or MetricValueStatus. */
type ValueNames = Readonly<Record<'value' | 'averageValue' | 'averageUtilization', string | undefined>>;

const utilization = (prefix: string): ValueNames => ({
  value: undefined,
  averageValue: `${prefix}AverageValue`,
  averageUtilization: `${prefix}AverageUtilization`,
});
const average = (prefix: string): ValueNames => ({
  value: undefined,
  averageValue: `${prefix}AverageValue`,
  averageUtilization: undefined,
});

const oldNames: Readonly<Record<string, OldNames>> = {
  resource: { same: ['name'], target: utilization('target'), current: utilization('current') },
  containerResource: {
    same: ['name', 'container'],
    target: utilization('target'),
    current: utilization('current'),
  },
  pods: {
    same: [],
    metric: { name: 'metricName', selector: 'selector' },
    target: average('target'),
    current: average('current'),
  },
  object: {
    same: [],
    metric: { name: 'metricName', selector: 'selector' },
    describedObject: 'target',
    target: { value: 'targetValue', averageValue: 'averageValue', averageUtilization: undefined },
    current: { value: 'currentValue', averageValue: 'averageValue', averageUtilization: undefined },
  },
  external: {
    same: [],
    metric: { name: 'metricName', selector: 'metricSelector' },
    target: { value: 'targetValue', averageValue: 'targetAverageValue', averageUtilization: undefined },
    current: { value: 'currentValue', averageValue: 'currentAverageValue', averageUtilization: undefined },
  },
};

/** The field that holds a metric of a type: `resource` for `Resource`. */
function sourceField(metric: Fields): string {
  const type = String(metric['type']);
  return type.slice(0, 1).toLowerCase() + type.slice(1);
}

function present(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

function toOld(metric: Fields, half: 'target' | 'current'): Fields {
  const field = sourceField(metric);
  const [names, source] = [oldNames[field], metric[field]];
  if (names === undefined || !isFields(source)) return metric;
  const [identifier, value] = [fieldsOf(source['metric']), fieldsOf(source[half])];
  const old: Record<string, unknown> = {};
  for (const name of names.same) old[name] = source[name];
  if (names.describedObject !== undefined) old[names.describedObject] = source['describedObject'];
  if (names.metric !== undefined) {
    old[names.metric.name] = identifier['name'];
    old[names.metric.selector] = identifier['selector'];
  }
  for (const [name, former] of Object.entries(names[half]))
    if (former !== undefined) old[former] = value[name];
  return { type: metric['type'], [field]: present(old) };
}

function fromOld(metric: Fields, half: 'target' | 'current'): Fields {
  const field = sourceField(metric);
  const [names, old] = [oldNames[field], metric[field]];
  if (names === undefined || !isFields(old)) return metric;
  const source: Record<string, unknown> = {};
  for (const name of names.same) source[name] = old[name];
  if (names.describedObject !== undefined) source['describedObject'] = old[names.describedObject];
  if (names.metric !== undefined)
    source['metric'] = present({ name: old[names.metric.name], selector: old[names.metric.selector] });
  const value = present(
    Object.fromEntries(
      Object.entries(names[half]).map(([name, former]) => [
        name,
        former === undefined ? undefined : old[former],
      ]),
    ),
  );
  source[half] = half === 'target' ? { type: targetType(value), ...value } : value;
  return { type: metric['type'], [field]: present(source) };
}

/** The older form does not say it: it follows from the value that is given. */
function targetType(value: Fields): string {
  if (value['averageUtilization'] !== undefined) return 'Utilization';
  return value['averageValue'] === undefined ? 'Value' : 'AverageValue';
}

export function metricToOld(metric: Fields): Fields {
  return toOld(metric, 'target');
}

export function metricFromOld(metric: Fields): Fields {
  return fromOld(metric, 'target');
}

export function statusToOld(status: Fields): Fields {
  return toOld(status, 'current');
}

export function statusFromOld(status: Fields): Fields {
  return fromOld(status, 'current');
}
