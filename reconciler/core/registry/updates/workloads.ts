/** Kubernetes' rules of updates of pods and of the workloads that make them. */
import type { UpdateRules } from './update-rule.ts';

export const workloadUpdateRules: UpdateRules = {};
