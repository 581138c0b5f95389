import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfiguration, defaultProfile } from './core/scheduler/profile.ts';
import { readSchedulerSettings } from './scheduler-settings.ts';

test('without a section Kubernetes defaults count', () => {
  assert.deepEqual(readSchedulerSettings(undefined), defaultConfiguration);
  assert.deepEqual(readSchedulerSettings({ profiles: [{}] }), defaultConfiguration);
});

test('profiles differ by plugins, weights and arguments', () => {
  const { profiles, podInitialBackoffMs } = readSchedulerSettings({
    podInitialBackoffSeconds: 2,
    profiles: [
      {},
      {
        schedulerName: 'packing',
        percentageOfNodesToScore: 30,
        plugins: {
          score: {
            disabled: [{ name: 'PodTopologySpread' }],
            enabled: [{ name: 'ImageLocality', weight: 5 }],
          },
          filter: { disabled: [{ name: 'NodePorts' }] },
          postFilter: { disabled: [{ name: '*' }] },
        },
        pluginConfig: [
          {
            name: 'NodeResourcesFit',
            args: {
              scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'example.com/gpu', weight: 3 }] },
            },
          },
          { name: 'InterPodAffinity', args: { hardPodAffinityWeight: 7 } },
        ],
      },
    ],
  });
  assert.equal(podInitialBackoffMs, 2_000);
  assert.deepEqual(profiles[0], defaultProfile);
  const packing = profiles[1];
  assert.equal(packing?.schedulerName, 'packing');
  assert.equal(packing.percentageOfNodesToScore, 30);
  assert.deepEqual(packing.weights, { ...defaultProfile.weights, PodTopologySpread: 0, ImageLocality: 5 });
  assert.equal(packing.filters.has('NodePorts'), false);
  assert.equal(packing.filters.has('NodeResourcesFit'), true);
  assert.equal(packing.preemption, undefined);
  assert.deepEqual(packing.fit, {
    type: 'MostAllocated',
    resources: [{ name: 'example.com/gpu', weight: 3 }],
    shape: [],
  });
  assert.equal(packing.hardPodAffinityWeight, 7);
});

test('what is disabled at all points can be enabled at one', () => {
  const { profiles } = readSchedulerSettings({
    profiles: [
      {
        plugins: {
          multiPoint: { disabled: [{ name: '*' }] },
          score: { enabled: [{ name: 'NodeAffinity' }] },
        },
      },
    ],
  });
  const [profile] = profiles;
  assert.deepEqual([...(profile?.filters ?? [])], ['NodeResourcesFit'], 'no node is ever over-allocated');
  assert.deepEqual(
    Object.entries(profile?.weights ?? {}).filter(([, weight]) => weight > 0),
    [['NodeAffinity', defaultProfile.weights.NodeAffinity]],
  );
});

const refusals: readonly (readonly [section: unknown, message: RegExp])[] = [
  [{ profile: [] }, /^scheduler\.profile: unknown setting/],
  [{ profiles: [{ schedulerName: 7 }] }, /^scheduler\.profiles\[0\]\.schedulerName: expected a string/],
  [{ profiles: [{}, {}] }, /two profiles have the schedulerName default-scheduler/],
  [
    { profiles: [{ plugins: { filter: { disabled: [{ name: 'NodeResourcesFit' }] } } }] },
    /NodeResourcesFit cannot be disabled as a filter/,
  ],
  [{ percentageOfNodesToScore: 101 }, /expected a whole number from 0 to 100/],
  [{ podInitialBackoffSeconds: 20 }, /podMaxBackoffSeconds: must not be less/],
  [
    { profiles: [{ plugins: { score: { enabled: [{ name: 'Luck' }] } } }] },
    /plugins\.score\.enabled\[0\]\.name: expected one of/,
  ],
  [
    {
      profiles: [
        {
          pluginConfig: [
            { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'RequestedToCapacityRatio' } } },
          ],
        },
      ],
    },
    /shape: expected points of growing utilization/,
  ],
  [
    { profiles: [{ pluginConfig: [{ name: 'NodeAffinity', args: { addedAffinity: { required: [] } } }] }] },
    /addedAffinity: .*required/,
  ],
];

for (const [section, message] of refusals) {
  test(`refused: ${JSON.stringify(section)}`, () => {
    assert.throws(() => readSchedulerSettings(section), { message });
  });
}
