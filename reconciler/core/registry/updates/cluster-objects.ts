/** Kubernetes' rules of updates of everything beside workloads. */
import type { UpdateRules } from './update-rule.ts';

export const clusterObjectUpdateRules: UpdateRules = {};
