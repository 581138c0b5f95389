import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareElements, formatPath, keyElement, parseElement, valueElement } from './field-path.ts';

test('an element is canonical: keys are sorted and numbers have one form', () => {
  assert.equal(
    parseElement('k:{"protocol":"TCP","containerPort":80}'),
    'k:{"containerPort":80,"protocol":"TCP"}',
  );
  assert.equal(
    parseElement('k:{"containerPort":8e1,"protocol":"TCP"}'),
    'k:{"containerPort":80,"protocol":"TCP"}',
  );
  assert.equal(parseElement('v: "x"'), 'v:"x"');
  assert.equal(parseElement('i:007'), 'i:7');
  assert.equal(parseElement('f:a:b'), 'f:a:b');
});

test('special characters of HTML are escaped as Go does', () => {
  assert.equal(keyElement([['name', 'a<b>&c']]), 'k:{"name":"a\\u003cb\\u003e\\u0026c"}');
  assert.equal(parseElement('v:"a<b"'), valueElement('a<b'));
});

test('an element of a later version is told apart from one that is malformed', () => {
  assert.equal(parseElement('z:new'), undefined);
  assert.throws(() => parseElement('name'), /missing colon/);
  assert.throws(() => parseElement('v:{'), SyntaxError);
  assert.throws(() => parseElement('k:[1]'), /not a list key/);
  assert.throws(() => parseElement('i:x'), /not an index/);
});

test('elements sort by kind, and within one by what they hold', () => {
  const sorted = [
    'f:a',
    'f:b',
    'k:{"containerPort":80,"protocol":"TCP"}',
    'k:{"containerPort":80,"protocol":"UDP"}',
    'k:{"containerPort":443,"protocol":"TCP"}',
    'k:{"name":"a"}',
    'v:2',
    'v:10',
    'v:"10"',
    'v:"2"',
    'v:false',
    'v:true',
    'i:2',
    'i:10',
  ];
  assert.deepEqual([...sorted].reverse().sort(compareElements), sorted);
});

test('a path prints as in the conflicts of Kubernetes', () => {
  const path = [
    'f:spec',
    'f:containers',
    'k:{"name":"web"}',
    'f:ports',
    'k:{"containerPort":80,"protocol":"TCP"}',
    'f:hostPort',
  ];
  assert.equal(
    formatPath(path),
    '.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].hostPort',
  );
  assert.equal(formatPath(['f:metadata', 'f:finalizers', 'v:"a/b"']), '.metadata.finalizers[="a/b"]');
  assert.equal(formatPath(['f:args', 'i:3']), '.args[3]');
});
