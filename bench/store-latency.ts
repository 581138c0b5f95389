/** Median milliseconds of one commit of the embedded store: `store-latency.ts DIRECTORY COMMITS`. To be run under strace. */
import { openLogStore } from '../reconciler/store/log/log-store.ts';
import { median } from './figures.ts';
import { valueOf } from './store-load.ts';

const [directory = '', commits = '0'] = process.argv.slice(2);
const store = await openLogStore({ directory });
const latenciesMs: number[] = [];
for (let index = 0; index < Number(commits); index++) {
  const began = performance.now();
  await store.commit([{ type: 'put', key: '/bench/latency', value: valueOf(index) }]);
  latenciesMs.push(performance.now() - began);
}
await store.close();
process.stdout.write(`${median(latenciesMs)}\n`);
