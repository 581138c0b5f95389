/** Kubernetes' defaults of the workloads of group apps. */
import { type Fields, fieldsOf, isFields } from '../../../../schemas/validation/loose.ts';
import { each, type Fill, inside, withDefaults } from './absent-fields.ts';
import { filledTemplate } from './pod-spec.ts';
import { filledClaimSpec } from './volumes.ts';

const revisionHistoryLimit = 10;

/** The strategy under `key`: of the default type where it names none, which then is told in full. */
function withStrategy(spec: Fields, key: string, rolling: Fields): Fields {
  const strategy = withDefaults(fieldsOf(spec[key]), { type: 'RollingUpdate' });
  const complete =
    strategy['type'] === 'RollingUpdate'
      ? inside(withDefaults(strategy, { rollingUpdate: {} }), 'rollingUpdate', (one) =>
          withDefaults(one, rolling),
        )
      : strategy;
  return complete === spec[key] ? spec : { ...spec, [key]: complete };
}

export function filledDeployment(deployment: Fields): Fields {
  return inside(deployment, 'spec', (spec) => {
    const filled = withDefaults(spec, { replicas: 1, revisionHistoryLimit, progressDeadlineSeconds: 600 });
    const rolling = { maxUnavailable: '25%', maxSurge: '25%' };
    return inside(withStrategy(filled, 'strategy', rolling), 'template', filledTemplate);
  });
}

export function filledReplicaSet(set: Fields): Fields {
  return inside(set, 'spec', (spec) =>
    inside(withDefaults(spec, { replicas: 1 }), 'template', filledTemplate),
  );
}

export function filledDaemonSet(set: Fields): Fields {
  return inside(set, 'spec', (spec) => {
    const filled = withDefaults(spec, { revisionHistoryLimit });
    const rolling = { maxUnavailable: 1, maxSurge: 0 };
    return inside(withStrategy(filled, 'updateStrategy', rolling), 'template', filledTemplate);
  });
}

/** Claim templates are claims: they say so, and have the status of a new one. */
const filledClaim: Fill = (claim) => {
  const filled = withDefaults(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: {} });
  return inside(inside(filled, 'spec', filledClaimSpec), 'status', (status) =>
    withDefaults(status, { phase: 'Pending' }),
  );
};

const keepClaims: Fields = { whenDeleted: 'Retain', whenScaled: 'Retain' };

export function filledStatefulSet(set: Fields): Fields {
  return inside(set, 'spec', (spec) => {
    let filled = withDefaults(spec, {
      podManagementPolicy: 'OrderedReady',
      replicas: 1,
      revisionHistoryLimit,
      persistentVolumeClaimRetentionPolicy: keepClaims,
    });
    filled = withStatefulStrategy(filled);
    filled = inside(filled, 'persistentVolumeClaimRetentionPolicy', (policy) =>
      withDefaults(policy, keepClaims),
    );
    filled = each(filled, 'volumeClaimTemplates', filledClaim);
    return inside(filled, 'template', filledTemplate);
  });
}

/** A strategy that names its type is not given a rolling update; one that has it is given its partition. */
function withStatefulStrategy(spec: Fields): Fields {
  const strategy = fieldsOf(spec['updateStrategy']);
  if (strategy['type'] === 'RollingUpdate' && !isFields(strategy['rollingUpdate'])) return spec;
  return withStrategy(spec, 'updateStrategy', { partition: 0 });
}
