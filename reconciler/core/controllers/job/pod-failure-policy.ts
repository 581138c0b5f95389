/** A Job's podFailurePolicy: what a failed pod means for the job, by its exit codes and conditions (KEP-3329). */
import type {
  Job,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
} from '../../../../schemas/kubernetes/types/batch-v1.ts';
import type { ContainerStatus, Pod } from '../../../../schemas/kubernetes/types/core-v1.ts';

interface FailureVerdict {
  /** Whether the failure counts towards the backoff limits. */
  readonly counts: boolean;
  /** Of the rule that matched; undefined where none did. */
  readonly action?: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** Why the job fails, where the rule says so. */
  readonly failJob?: string;
}

/** The first rule that matches decides; without one the failure counts. */
export function failureVerdict(job: Job, pod: Pod): FailureVerdict {
  for (const [index, rule] of (job.spec?.podFailurePolicy?.rules ?? []).entries()) {
    const match = matchOf(rule, pod);
    if (match === undefined) continue;
    switch (rule.action) {
      case 'Ignore':
        return { counts: false, action: 'Ignore' };
      case 'FailIndex':
      case 'Count':
        return { counts: true, action: rule.action };
      case 'FailJob':
        return {
          counts: true,
          action: 'FailJob',
          failJob: `${match} matching FailJob rule at index ${index}`,
        };
    }
  }
  return { counts: true };
}

/** What of the pod matches the rule, in Kubernetes' words. */
function matchOf(rule: PodFailurePolicyRule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`;
  if (rule.onExitCodes !== undefined) {
    const { onExitCodes } = rule;
    const containers = [
      ...(pod.status?.containerStatuses ?? []),
      ...(pod.status?.initContainerStatuses ?? []),
    ];
    const found = containers.find((container) => matchesExit(onExitCodes, container));
    const code = found?.state?.terminated?.exitCode ?? 0;
    return found && `Container ${found.name} for pod ${name} failed with exit code ${code}`;
  }
  const patterns = rule.onPodConditions ?? [];
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    patterns.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status),
  );
  return condition && `Pod ${name} has condition ${condition.type}`;
}

function matchesExit(
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
  { name, state }: ContainerStatus,
): boolean {
  const code = state?.terminated?.exitCode ?? 0;
  if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
  return operator === 'In' ? values.includes(code) : operator === 'NotIn' && !values.includes(code);
}
