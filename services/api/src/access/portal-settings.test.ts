import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allowedOrigins, toOrigins, toPortalUrl } from './portal-settings.ts';

const portalUrl = z.string().transform(toPortalUrl);
const origins = z.string().transform(toOrigins);

describe('the URL of the portal', () => {
  it('is what links are made of: without a slash at its end', () => {
    expect(portalUrl.parse('https://portal.example.com/')).toBe('https://portal.example.com');
    expect(portalUrl.parse('https://example.com/portal/')).toBe('https://example.com/portal');
    expect(portalUrl.parse('')).toBe('');
  });

  it.each(['portal.example.com', 'ftp://example.com', 'https://example.com/?a=b', 'https://example.com/#x'])(
    'is not %j: a link could not be made of it',
    (text) => expect(portalUrl.safeParse(text).success).toBe(false),
  );
});

describe('allowed origins', () => {
  it('are a list, and the portal is always among them', () => {
    const listed = origins.parse(' https://a.example , http://127.0.0.1:5173 ');
    expect(listed).toEqual(new Set(['https://a.example', 'http://127.0.0.1:5173']));
    expect(allowedOrigins(listed, 'https://portal.example.com/p')).toContain('https://portal.example.com');
    expect(allowedOrigins(origins.parse(''), '')).toEqual(new Set());
  });

  it.each(['*', 'null', 'a.example', 'https://a.example/', 'https://a.example/path', 'file://x'])(
    'are none of %j: a browser never says that, or anybody does',
    (text) => expect(origins.safeParse(text).success).toBe(false),
  );
});
