/** Links of a page that is shown through a proxy: those to its own root lead through the proxy as well. */

/** Attributes that hold one URL, by element. */
const linkAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

// No name and no bare value holds a `<`: the search for a tag's end never runs over the beginning of the next.
const tagPattern = /<([a-zA-Z]+)((?:\s+[^\s=<>"']+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s<>"']+))?)+)\s*\/?>/g;
const attributePattern = /(\s+)([^\s=<>"']+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s<>"']+)/g;

/** The page with its links to absolute paths of the same host put behind `prefix` (`/api/v1/…/proxy`). */
export function rewriteLinks(html: string, prefix: string): string {
  return html.replace(tagPattern, (tag, name: string, attributes: string) => {
    const links = linkAttributes[name.toLowerCase()];
    if (links === undefined) return tag;
    const rewritten = attributes.replace(
      attributePattern,
      (attribute, space: string, key: string, equals: string, value: string) => {
        if (!links.includes(key.toLowerCase())) return attribute;
        const quote = value.startsWith('"') || value.startsWith("'") ? value.charAt(0) : '';
        const url = value.slice(quote.length, value.length - quote.length);
        return `${space}${key}${equals}${quote}${rewriteUrl(url, prefix)}${quote}`;
      },
    );
    return tag.replace(attributes, () => rewritten);
  });
}

/** A path from the root of the proxied host as a path of the API; all else stays as it is. */
export function rewriteUrl(url: string, prefix: string): string {
  if (!url.startsWith('/') || url.startsWith('//') || url === prefix || url.startsWith(`${prefix}/`))
    return url;
  return `${prefix}${url}`;
}
