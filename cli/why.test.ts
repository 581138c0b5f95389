import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explanationText } from './why.ts';

test('nodes that would do come with their points, those that are refused with the filter and why', () => {
  const text = explanationText('web', 'shop', {
    summary: 'runs on n1; placed now, it would go to n2',
    boundTo: 'n1',
    nodes: [
      { node: 'n2', reasons: [], points: { NodeResourcesFit: 90, ImageLocality: 5 }, total: 95 },
      { node: 'n1', reasons: [], points: { NodeResourcesFit: 80, ImageLocality: 0 }, total: 80 },
      {
        node: 'n3',
        filter: 'NodeResourcesFit',
        reasons: ['Insufficient cpu', 'Too many pods'],
        points: {},
        total: 0,
      },
    ],
  });
  assert.equal(
    text,
    [
      'shop/web runs on n1; placed now, it would go to n2',
      '',
      'NODE   SCORE   REFUSED BY         BECAUSE',
      'n2     95                         NodeResourcesFit 90, ImageLocality 5',
      'n1 *   80                         NodeResourcesFit 80, ImageLocality 0',
      'n3     -       NodeResourcesFit   Insufficient cpu, Too many pods',
    ].join('\n'),
  );
});

test('a pod that goes nowhere says why in one line', () => {
  const summary = 'no nodes available to schedule pods';
  assert.equal(explanationText('web', 'shop', { summary, nodes: [] }), `shop/web goes nowhere: ${summary}`);
});
