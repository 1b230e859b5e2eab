/** A control plane on virtual time with an HPA controller and a load that is spread over ready pods. */
import {
  type HpaSyncRecord,
  HorizontalPodAutoscalerController,
} from '../../src/control-plane/controllers/horizontal-pod-autoscaler.js';
import { ControllerManager } from '../../src/control-plane/controller-manager.js';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../src/control-plane/resources.js';
import {
  DEFAULT_HPA_SETTINGS,
  DEFAULT_SYNC_PERIOD_MS,
} from '../../src/autoscaling/hpa/settings.js';
import type { HorizontalPodAutoscaler } from '../../src/core/autoscaling-objects.js';
import {
  controlPlaneLab,
  NAMESPACE,
  START_MS,
} from '../../src/conformance/controllers/control-plane-lab.js';
import { scriptedMetrics } from '../../src/conformance/controllers/scripted-metrics.js';
import type {
  ControlPlaneLab,
  LabOptions,
} from '../../src/conformance/controllers/control-plane-lab.js';

/** A lab whose workload is scaled. */
export interface AutoscaledLab extends ControlPlaneLab {
  /** Every sync so far. */
  readonly syncs: readonly HpaSyncRecord[];
  /** Milliseconds since the start at which each sync was, in order. */
  readonly syncTimes: () => readonly number[];
  hpa(name?: string): HorizontalPodAutoscaler;
}

/** How the load is. */
export interface AutoscaledLabOptions extends LabOptions {
  /** Millicores in all at an instant (ms since the start), shared evenly by the ready pods. */
  readonly loadMillicores: (ms: number) => number;
  readonly settings?: Partial<typeof DEFAULT_HPA_SETTINGS & { readonly syncPeriodMs: number }>;
}

/** Starts a control plane with an HPA controller. */
export function autoscaledLab(options: AutoscaledLabOptions): AutoscaledLab {
  const lab = controlPlaneLab(options);
  const { api, clock } = lab;
  const syncs: HpaSyncRecord[] = [];
  const controller = new HorizontalPodAutoscalerController({
    api,
    metrics: scriptedMetrics({
      pods: () => lab.pods(),
      nowMs: () => clock.now(),
      millicores: () => options.loadMillicores(clock.now() - START_MS),
    }),
    settings: {
      ...DEFAULT_HPA_SETTINGS,
      syncPeriodMs: DEFAULT_SYNC_PERIOD_MS,
      ...options.settings,
    },
    onDecision: (record) => syncs.push(record),
  });
  new ControllerManager({ api, clock, controllers: [controller] }).start();
  return {
    ...lab,
    syncs,
    syncTimes: () => syncs.map(({ decision }) => decision.atMs - START_MS),
    hpa(name = 'web') {
      const found = api.get(HORIZONTAL_POD_AUTOSCALERS, { namespace: NAMESPACE, name });
      if (found === undefined) throw new Error(`expected the HPA ${name}, found none`);
      return found;
    },
  };
}

/** An HPA of the Deployment `web`. */
export function anHpa(
  spec: Partial<HorizontalPodAutoscaler['spec']> = {},
  name = 'web',
): HorizontalPodAutoscaler {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      ...spec,
    },
  };
}
