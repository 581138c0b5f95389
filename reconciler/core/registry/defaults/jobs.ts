/** Kubernetes' defaults of jobs, and the selector and labels by which a job knows its pods. */
import { type Fields, fieldsOf, isFields, textOf } from '../../../../schemas/validation/loose.ts';
import { each, type Fill, inside, withDefaults } from './absent-fields.ts';
import { filledTemplate } from './pod-spec.ts';

const backoffLimit = 6;
/** With a limit for each index, the job's own has no meaning. */
const noBackoffLimit = 2_147_483_647;

const filledFailurePolicy: Fill = (policy) =>
  each(policy, 'rules', (rule) =>
    each(rule, 'onPodConditions', (pattern) => withDefaults(pattern, { status: 'True' })),
  );

function filledJobSpec(spec: Fields): Fields {
  const once = isAbsent(spec['completions']) && isAbsent(spec['parallelism']);
  const filled = withDefaults(spec, {
    ...(once ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: isAbsent(spec['backoffLimitPerIndex']) ? backoffLimit : noBackoffLimit,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: isAbsent(spec['podFailurePolicy']) ? 'TerminatingOrFailed' : 'Failed',
  });
  return inside(inside(filled, 'podFailurePolicy', filledFailurePolicy), 'template', filledTemplate);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

const uidLabel = 'batch.kubernetes.io/controller-uid';

/**
 * A new job with a selector made from its uid, unless it brings one (`manualSelector`), and its template with the
 * labels that it selects. Labels that the user has set under these names stay, for validation to refuse them.
 */
function withSelector(job: Fields): Fields {
  const [metadata, spec] = [fieldsOf(job['metadata']), fieldsOf(job['spec'])];
  const [uid, name] = [textOf(metadata['uid']) ?? '', textOf(metadata['name']) ?? ''];
  if (spec['manualSelector'] === true || uid === '' || !isAbsent(metadata['resourceVersion'])) return job;
  const template = fieldsOf(spec['template']);
  const templateMetadata = fieldsOf(template['metadata']);
  const labels = withDefaults(fieldsOf(templateMetadata['labels']), {
    [uidLabel]: uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  });
  const selector = fieldsOf(spec['selector']);
  const matchLabels = withDefaults(fieldsOf(selector['matchLabels']), { [uidLabel]: uid });
  return {
    ...job,
    spec: {
      ...spec,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...templateMetadata, labels } },
    },
  };
}

/** A job without labels has those of its pods. */
function withTemplateLabels(object: Fields): Fields {
  const metadata = fieldsOf(object['metadata']);
  const labels = fieldsOf(fieldsOf(fieldsOf(object['spec'])['template'])['metadata'])['labels'];
  const own = metadata['labels'];
  if (!isFields(labels) || (isFields(own) && Object.keys(own).length > 0)) return object;
  return Object.keys(labels).length === 0 ? object : { ...object, metadata: { ...metadata, labels } };
}

export function filledJob(job: Fields): Fields {
  const filled = inside(job, 'spec', filledJobSpec);
  return isFields(filled['spec']) ? withTemplateLabels(withSelector(filled)) : filled;
}

const cronDefaults: Fields = {
  concurrencyPolicy: 'Allow',
  suspend: false,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
};

/** Of a cron job's jobs only the pods are settled: the rest follows when each job is made. */
export function filledCronJob(cronJob: Fields): Fields {
  return inside(cronJob, 'spec', (spec) =>
    inside(withDefaults(spec, cronDefaults), 'jobTemplate', (template) =>
      inside(template, 'spec', (job) =>
        inside(inside(job, 'podFailurePolicy', filledFailurePolicy), 'template', filledTemplate),
      ),
    ),
  );
}

/** A ReplicationController's selector and labels are those of its template, where it names none. */
export function filledReplicationController(controller: Fields): Fields {
  const filled = inside(controller, 'spec', (spec) => {
    const labels = fieldsOf(fieldsOf(spec['template'])['metadata'])['labels'];
    const chosen = Object.keys(fieldsOf(spec['selector'])).length > 0;
    const selected = chosen || !isFields(labels) ? spec : { ...spec, selector: labels };
    return inside(withDefaults(selected, { replicas: 1 }), 'template', filledTemplate);
  });
  return withTemplateLabels(filled);
}
