import assert from 'node:assert/strict';
import type { PodReport } from '../../schemas/wire/messages.ts';
import { connect, News, secret, trialEpoch, type LinksCases } from './links-trial.ts';

const pod: PodReport = {
  type: 'pod',
  uid: 'u1',
  namespace: 'default',
  name: 'web',
  status: { phase: 'Running' },
};

/** Lost links, dead agents, and that one host is not another. */
export const faultCases: LinksCases = {
  'the states lead to connected, with what the agent says of itself': async (trial) => {
    const { news } = await connect(trial, 'one');
    assert.deepEqual(news.phases('one'), ['connecting', 'connected']);
    const { info } = await news.reached('one', 'connected');
    assert.deepEqual(info, trial.agent('one').info);
  },

  'a cut link comes back and brings the whole state, with what changed meanwhile': async (trial) => {
    const agent = trial.agent('one');
    const { link, news } = await connect(trial, 'one');
    link.update({ upserts: [secret('a'), secret('b')], removes: [] });
    await agent.until(({ generation }) => generation === 1);
    await trial.cut('one');
    const lost = await news.reached('one', 'unreachable');
    assert.notEqual(lost.message, '');
    assert.ok(lost.retryAtMs > 0);
    await assert.rejects(link.images(AbortSignal.timeout(5000)), {
      name: 'LinkError',
      reason: 'NotConnected',
    });
    link.update({ upserts: [secret('c')], removes: ['secret/default/a'] });
    const before = news.phases('one').length;
    await trial.restore('one');
    await news.reached('one', 'connected', before);
    await agent.until(({ entries }) => entries.has('secret/default/c'));
    const last = agent.updates.at(-1);
    assert.equal(last?.base, null);
    assert.deepEqual(last.upserts, [secret('b'), secret('c')]);
    assert.equal(last.epoch, trialEpoch);
  },

  'a link whose packets vanish is found by its keepalive': async (trial) => {
    const { news } = await connect(trial, 'one');
    await trial.freeze('one');
    const lost = await news.reached('one', 'unreachable');
    assert.match(lost.message, /[Kk]eepalive/);
    await trial.restore('one');
    await news.reached('one', 'connected', news.phases('one').length);
  },

  'a restarted agent is found again and told the whole state': async (trial) => {
    const agent = trial.agent('one');
    const { link, news } = await connect(trial, 'one');
    link.update({ upserts: [secret('a')], removes: [] });
    await agent.until(({ generation }) => generation === 1);
    const before = news.phases('one').length;
    await trial.restartAgent('one');
    const { info } = await news.reached('one', 'connected', before);
    assert.equal(info.instance, 'start-2');
    await agent.until(({ updates }) => updates.length === 2);
    assert.equal(agent.updates[1]?.base, null);
  },

  'reports come in order, first the snapshot, again after each reconnect': async (trial) => {
    const agent = trial.agent('one');
    agent.report(pod);
    const { news } = await connect(trial, 'one');
    await news.reported('one', ({ type }) => type === 'pod');
    agent.report({ ...pod, status: { phase: 'Succeeded' } });
    agent.report({ ...pod, type: 'pod-gone' });
    await news.reported('one', ({ type }) => type === 'pod-gone');
    const types = news.reports.map(({ report }) => report.type);
    assert.deepEqual(types, ['snapshot', 'pod', 'pod', 'pod-gone']);
    await trial.restartAgent('one');
    await news.reported('one', (report) => report.type === 'snapshot' && report.info.instance === 'start-2');
    const last = news.reports.at(-1)?.report;
    assert.deepEqual(last?.type === 'snapshot' ? last.podUids : undefined, []);
  },

  'a host that cannot be reached holds up no other': async (trial) => {
    await trial.cut('away');
    const news = new News();
    trial.links.open(trial.target('away'), news);
    await connect(trial, 'here', news);
    await news.reached('away', 'unreachable');
  },

  'a closed link is silent, and its host may be linked again at once': async (trial) => {
    const { link, news } = await connect(trial, 'one');
    const closed = link.close();
    const again = new News();
    trial.links.open(trial.target('one'), again);
    await closed;
    const heard = news.states.length + news.reports.length;
    await again.reached('one', 'connected');
    trial.agent('one').report(pod);
    await again.reported('one', ({ type }) => type === 'pod');
    assert.equal(news.states.length + news.reports.length, heard);
    await assert.rejects(link.images(AbortSignal.timeout(5000)), { name: 'LinkError' });
  },

  'two links to one host are refused': async (trial) => {
    await connect(trial, 'one');
    assert.throws(() => trial.links.open(trial.target('one'), new News()), {
      name: 'LinkError',
      reason: 'AlreadyOpen',
    });
  },

  'closing does not wait for a host that is away': async (trial) => {
    await trial.cut('one');
    const news = new News();
    const link = trial.links.open(trial.target('one'), news);
    await news.reached('one', 'unreachable');
    await link.close();
    await trial.links.close();
    assert.throws(() => trial.links.open(trial.target('one'), news), { name: 'LinkError', reason: 'Closed' });
  },
};
