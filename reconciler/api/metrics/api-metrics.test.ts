import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiMetrics, type RequestLabels } from './api-metrics.ts';

const getPod: RequestLabels = {
  verb: 'GET',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  scope: 'resource',
  dryRun: false,
};
const watchPods: RequestLabels = { ...getPod, verb: 'WATCH', scope: 'namespace' };

/** The lines of one metric, without its help. */
async function lines(metrics: ApiMetrics, name: string): Promise<readonly string[]> {
  const { body } = await metrics.document();
  return body.split('\n').filter((line) => line.startsWith(name));
}

const labels = (verb: string, scope: string): string =>
  `component="apiserver",verb="${verb}",group="",version="v1",resource="pods",subresource="",scope="${scope}"`;

test('requests are counted and timed by what they were about', async () => {
  const metrics = new ApiMetrics();
  for (const [code, durationMs] of [
    [200, 3],
    [200, 40],
    [404, 1],
  ] as const) {
    metrics.requestStarted('readOnly');
    metrics.requestEnded('readOnly', getPod, code, durationMs);
  }
  assert.deepEqual(await lines(metrics, 'apiserver_request_total'), [
    `apiserver_request_total{${labels('GET', 'resource')},dry_run="",code="200"} 2`,
    `apiserver_request_total{${labels('GET', 'resource')},dry_run="",code="404"} 1`,
  ]);
  const durations = await lines(metrics, 'apiserver_request_duration_seconds');
  assert.ok(
    durations.includes(
      `apiserver_request_duration_seconds_bucket{le="0.005",${labels('GET', 'resource')},dry_run=""} 2`,
    ),
  );
  assert.ok(
    durations.includes(`apiserver_request_duration_seconds_count{${labels('GET', 'resource')},dry_run=""} 3`),
  );
});

test('a dry run is a series of its own', async () => {
  const metrics = new ApiMetrics();
  metrics.requestStarted('mutating');
  metrics.requestEnded('mutating', { ...getPod, verb: 'POST', scope: 'namespace', dryRun: true }, 201, 5);
  assert.deepEqual(await lines(metrics, 'apiserver_request_total'), [
    `apiserver_request_total{${labels('POST', 'namespace')},dry_run="All",code="201"} 1`,
  ]);
});

test('requests in flight and long-running ones go up and down', async () => {
  const metrics = new ApiMetrics();
  metrics.requestStarted('mutating');
  metrics.requestStarted('readOnly');
  metrics.requestStarted('readOnly');
  metrics.requestEnded('readOnly', getPod, 200, 1);
  metrics.longRunningStarted(watchPods);
  metrics.longRunningStarted(watchPods);
  metrics.longRunningEnded(watchPods);
  assert.deepEqual(await lines(metrics, 'apiserver_current_inflight_requests'), [
    'apiserver_current_inflight_requests{request_kind="mutating"} 1',
    'apiserver_current_inflight_requests{request_kind="readOnly"} 1',
  ]);
  assert.deepEqual(await lines(metrics, 'apiserver_longrunning_requests'), [
    `apiserver_longrunning_requests{${labels('WATCH', 'namespace')}} 1`,
  ]);
});

test('events of watches are counted by kind', async () => {
  const metrics = new ApiMetrics();
  metrics.watchEvents('apps', 'v1', 'Deployment', 3);
  metrics.watchEvents('apps', 'v1', 'Deployment', 1);
  assert.deepEqual(await lines(metrics, 'apiserver_watch_events_total'), [
    'apiserver_watch_events_total{group="apps",version="v1",kind="Deployment"} 4',
  ]);
});

test('the process is told as well, in Prometheus’ format', async () => {
  const metrics = new ApiMetrics();
  const { contentType, body } = await metrics.document();
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
  ])
    assert.match(body, new RegExp(`^${name} \\d`, 'm'));
});

test('series are bounded', async () => {
  const metrics = new ApiMetrics();
  for (let number = 0; number < 6_000; number++) metrics.watchEvents('example.com', 'v1', `Kind${number}`, 1);
  const all = await lines(metrics, 'apiserver_watch_events_total');
  assert.equal(all.length, 5_001);
  assert.equal(all.at(-1), 'apiserver_watch_events_total{group="other",version="other",kind="other"} 1000');
});
