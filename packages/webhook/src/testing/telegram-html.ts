/** What a message of parse mode HTML shows, or what the Bot API says of one that it cannot parse. */
export type ParsedHtml = { ok: true; text: string } | { ok: false; description: string };

const TAGS = new Set(['b', 'i', 'u', 's', 'a', 'code', 'pre', 'blockquote']);
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** "HTML style" of the Bot API: known tags, properly nested, and `<`, `>`, `&` nowhere else but as entities. */
export function parseTelegramHtml(html: string): ParsedHtml {
  const open: string[] = [];
  let text = '';
  let at = 0;
  while (at < html.length) {
    const rest = html.slice(at, at + 2_500);
    const tag = /^<(\/?)([a-z]+)(?: href="[^"<>]*")?>/.exec(rest);
    const entity = /^&([a-z]+);/.exec(rest);
    const refuse = (why: string): ParsedHtml => ({
      ok: false,
      description: `Bad Request: can't parse entities: ${why} at byte offset ${Buffer.byteLength(html.slice(0, at))}`,
    });
    if (html[at] === '<') {
      const [all, slash, name = ''] = tag ?? [];
      if (!all || !TAGS.has(name)) return refuse('Unsupported start tag');
      if (slash && open.pop() !== name) return refuse('Unmatched end tag');
      if (!slash) open.push(name);
      at += all.length;
    } else if (html[at] === '&') {
      const character = ENTITIES[entity?.[1] ?? ''];
      if (!entity || character === undefined) return refuse('Unsupported entity');
      text += character;
      at += entity[0].length;
    } else if (html[at] === '>') return refuse('Character ">" is reserved');
    else text += html[at++];
  }
  if (open.length > 0) {
    return { ok: false, description: `Bad Request: can't parse entities: Can't find end tag ${open[0]}` };
  }
  return { ok: true, text };
}
