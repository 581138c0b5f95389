import assert from 'node:assert/strict';
import { connect, network, News, secret, trialEpoch, type LinksCases } from './links-trial.ts';

/** What a host is told: epochs, generations, bases. */
export const desiredCases: LinksCases = {
  'nothing is sent before the first update, which is the whole state': async (trial) => {
    const agent = trial.agent('one');
    const { link } = await connect(trial, 'one');
    await link.images(AbortSignal.timeout(5000));
    assert.deepEqual(agent.updates, []);
    link.update({ upserts: [secret('b'), network('10.42.1.0/24')], removes: [] });
    await agent.until(({ entries }) => entries.size === 2);
    const expected = { epoch: trialEpoch, generation: 1, base: null, removes: [] };
    assert.deepEqual(agent.updates, [{ ...expected, upserts: [network('10.42.1.0/24'), secret('b')] }]);
  },

  'an update before the connection is sent with it': async (trial) => {
    const news = new News();
    const link = trial.links.open(trial.target('one'), news);
    link.update({ upserts: [secret('a')], removes: [] });
    await trial.agent('one').until(({ entries }) => entries.has('secret/default/a'));
    assert.equal(trial.agent('one').updates.length, 1);
  },

  'an empty first update empties the host': async (trial) => {
    const agent = trial.agent('one');
    agent.entries.set('secret/default/old', secret('old'));
    const { link } = await connect(trial, 'one');
    link.update({ upserts: [], removes: [] });
    await agent.until(({ updates }) => updates.length === 1);
    assert.equal(agent.entries.size, 0);
  },

  'after the whole state only changes are sent, each on the generation before': async (trial) => {
    const agent = trial.agent('one');
    const { link } = await connect(trial, 'one');
    link.update({ upserts: [secret('a'), secret('b')], removes: [] });
    await agent.until(({ generation }) => generation === 1);
    await link.images(AbortSignal.timeout(5000));
    link.update({ upserts: [secret('c')], removes: ['secret/default/a'] });
    await agent.until(({ generation }) => generation === 2);
    assert.deepEqual(agent.updates[1], {
      epoch: trialEpoch,
      generation: 2,
      base: 1,
      upserts: [secret('c')],
      removes: ['secret/default/a'],
    });
    assert.deepEqual([...agent.entries.keys()].sort(), ['secret/default/b', 'secret/default/c']);
  },

  'changes that come while an update is under way leave together': async (trial) => {
    const agent = trial.agent('one');
    const { link } = await connect(trial, 'one');
    agent.hold();
    link.update({ upserts: [secret('a')], removes: [] });
    await agent.until(({ generation }) => generation === 1);
    for (let count = 0; count < 20; count += 1) {
      link.update({ upserts: [secret('b', `${count}`)], removes: [] });
      await Promise.resolve();
    }
    link.update({ upserts: [], removes: ['secret/default/a'] });
    agent.release();
    await agent.until(({ generation }) => generation === 2);
    assert.equal(agent.updates.length, 2);
    assert.deepEqual(agent.updates[1]?.upserts, [secret('b', '19')]);
    assert.deepEqual(agent.updates[1]?.removes, ['secret/default/a']);
  },

  'changes made in one go leave in one update': async (trial) => {
    const agent = trial.agent('one');
    const { link } = await connect(trial, 'one');
    link.update({ upserts: [secret('a')], removes: [] });
    link.update({ upserts: [secret('b')], removes: [] });
    await agent.until(({ entries }) => entries.size === 2);
    assert.equal(agent.updates.length, 1);
  },

  'an entry that comes and goes between two updates is a removal': async (trial) => {
    const agent = trial.agent('one');
    const { link } = await connect(trial, 'one');
    link.update({ upserts: [secret('a')], removes: [] });
    await agent.until(({ generation }) => generation === 1);
    link.update({ upserts: [secret('b')], removes: [] });
    link.update({ upserts: [], removes: ['secret/default/b', 'secret/default/never'] });
    await agent.until(({ generation }) => generation === 2);
    assert.deepEqual(agent.updates[1]?.upserts, []);
    assert.deepEqual(agent.updates[1]?.removes, ['secret/default/b']);
  },

  'an agent that lost its base gets the whole state': async (trial) => {
    const agent = trial.agent('one');
    const { link } = await connect(trial, 'one');
    link.update({ upserts: [secret('a')], removes: [] });
    await agent.until(({ generation }) => generation === 1);
    agent.epoch = 0;
    agent.generation = 0;
    agent.entries.clear();
    link.update({ upserts: [secret('b')], removes: [] });
    await agent.until(({ entries }) => entries.size === 2);
    assert.deepEqual(
      agent.updates.map(({ base }) => base),
      [null, 1, null],
    );
  },

  'generations go on where the agent stands in the same epoch': async (trial) => {
    const agent = trial.agent('one');
    agent.epoch = trialEpoch;
    agent.generation = 40;
    const { link } = await connect(trial, 'one');
    link.update({ upserts: [secret('a')], removes: [] });
    await agent.until(({ entries }) => entries.size === 1);
    assert.equal(agent.generation, 41);
  },

  'a host of a later epoch is refused: another reconciler leads': async (trial) => {
    const agent = trial.agent('one');
    agent.epoch = trialEpoch + 1;
    const news = new News();
    const link = trial.links.open(trial.target('one'), news);
    link.update({ upserts: [secret('a')], removes: [] });
    const { reason, message } = await news.reached('one', 'refused');
    assert.equal(reason, 'StaleEpoch');
    assert.match(message, /epoch 8.*epoch|epoch 8/);
    assert.match(message, /another reconciler leads/);
    assert.deepEqual(agent.updates, []);
  },

  'a reconciler that is overtaken while connected is refused at its next update': async (trial) => {
    const agent = trial.agent('one');
    const { link, news } = await connect(trial, 'one');
    agent.epoch = trialEpoch + 1;
    link.update({ upserts: [secret('a')], removes: [] });
    assert.equal((await news.reached('one', 'refused')).reason, 'StaleEpoch');
    assert.equal(agent.entries.size, 0);
    await assert.rejects(link.images(AbortSignal.timeout(5000)), {
      name: 'LinkError',
      reason: 'NotConnected',
    });
  },
};
