import { z } from 'zod';

type Context = z.core.$RefinementCtx<string>;

/** Without a slash at its end; empty where it is not set. */
export function toPortalUrl(text: string, context: Context): string {
  if (text === '') return '';
  const url = URL.parse(text);
  if (url && isWeb(url) && url.search === '' && url.hash === '') return url.href.replace(/\/$/, '');
  context.addIssue({ code: 'custom', message: 'it is no http or https URL without query and fragment' });
  return z.NEVER;
}

export function toOrigins(text: string, context: Context): ReadonlySet<string> {
  const origins = text.split(',').flatMap((item) => item.trim() || []);
  const wrong = origins.find((origin) => {
    const url = URL.parse(origin);
    return !url || !isWeb(url) || url.origin !== origin;
  });
  if (wrong === undefined) return new Set(origins);
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(wrong)} is no origin: scheme, host and port`,
  });
  return z.NEVER;
}

/** The portal's own pages may whatever the others may. */
export function allowedOrigins(origins: ReadonlySet<string>, portalUrl: string): ReadonlySet<string> {
  return portalUrl === '' ? origins : new Set([...origins, new URL(portalUrl).origin]);
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}
