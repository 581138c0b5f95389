import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewriteLinks } from './html-links.ts';

const prefix = '/api/v1/namespaces/default/pods/web:1080/proxy';

const cases: readonly { readonly comment: string; readonly page: string; readonly expected: string }[] = [
  {
    comment: 'a link to a path from the root leads through the proxy',
    page: '<a href="/rewriteme">test</a>',
    expected: `<a href="${prefix}/rewriteme">test</a>`,
  },
  {
    comment: 'quotes stay as they are',
    page: "<IMG alt='/no' SRC = '/x.png'/><form action=/send method=post>",
    expected: `<IMG alt='/no' SRC = '${prefix}/x.png'/><form action=${prefix}/send method=post>`,
  },
  {
    comment: 'relative links, other hosts, and links through the proxy stay',
    page: `<a href="next">1</a><a href="//cdn/x">2</a><a href="https://x/y">3</a><a href="${prefix}/z">4</a>`,
    expected: `<a href="next">1</a><a href="//cdn/x">2</a><a href="https://x/y">3</a><a href="${prefix}/z">4</a>`,
  },
  {
    comment: 'text and other attributes stay',
    page: '<p title="/x">/x href="/y"</p><a data-href="/x" class="$&">z</a>',
    expected: '<p title="/x">/x href="/y"</p><a data-href="/x" class="$&">z</a>',
  },
];
for (const { comment, page, expected } of cases)
  test(comment, () => assert.equal(rewriteLinks(page, prefix), expected));

test('a page made to confuse is read in time that grows with its length', () => {
  for (const page of [`<a ${'b '.repeat(200_000)}`, '<a b '.repeat(200_000), `<a ${' '.repeat(500_000)}`])
    assert.equal(rewriteLinks(page, prefix), page);
});
