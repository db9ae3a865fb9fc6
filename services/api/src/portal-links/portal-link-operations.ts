import type { LinkCreated } from '@herald/registry/portal/portal-links';
import { z } from 'zod';
import { cutNewestFirst } from '../http/newest-first.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { configurationUnavailable, notFound, refusedCursor } from '../http/problems.ts';
import { decidePortalLink } from './decide-portal-link.ts';
import * as fields from './portal-link-fields.ts';

const none = z.strictObject({});

export interface PortalLinkOptions {
  /** Where the portal is, without a slash at its end; empty where that is not known. */
  portalUrl: string;
  now: () => number;
}

export function portalLinkOperations({ portalUrl, now }: PortalLinkOptions): AnyOperation[] {
  const create = operation({
    method: 'post',
    path: '/v1/portal-links',
    operationId: 'createPortalLink',
    tag: 'portal-links',
    summary:
      'Make a link into the portal that can be used once, limited to projects, channels and a role. The answer shows it, this once. Link and session end with the key that makes it.',
    role: 'write',
    keyOnly: true,
    params: none,
    query: none,
    body: fields.newPortalLink,
    answers: fields.createdPortalLinkView,
    statuses: [201],
    problems: ['409 too_many_portal_links', '503 configuration_unavailable'],
    async handle({ account, caller, body }) {
      const decided = decidePortalLink(body, caller, now());
      if ('problem' in decided) return decided;
      const created = await account.portalLinks.create(decided.link);
      if (created.kind === 'unavailable') return configurationUnavailable(created.detail);
      if (created.kind === 'too_many') return tooManyLinks(created);
      const { link, token } = created;
      return {
        status: 201,
        headers: { 'cache-control': 'no-store' },
        body: { ...fields.viewPortalLink(link, now()), url: `${portalUrl}/enter#t=${token}`, token },
      };
    },
  });

  const list = operation({
    method: 'get',
    path: '/v1/portal-links',
    operationId: 'listPortalLinks',
    tag: 'portal-links',
    summary: 'List the portal links that are open or in session, newest first.',
    role: 'read',
    keyOnly: true,
    params: none,
    query: fields.portalLinkQuery,
    body: undefined,
    answers: fields.portalLinkPage,
    problems: ['400 refused_cursor'],
    handle({ account, query }) {
      const page = cutNewestFirst(
        account.portalLinks.list(),
        ({ linkId: id, createdAtMs }) => ({ id, createdAtMs }),
        query,
      );
      if (page.kind === 'refused_cursor') return { problem: refusedCursor(page.reason) };
      const items = page.items.map((link) => fields.viewPortalLink(link, now()));
      return { status: 200, body: { items, next_cursor: page.nextCursor ?? null } };
    },
  });

  const revoke = operation({
    method: 'delete',
    path: '/v1/portal-links/{link_id}',
    operationId: 'revokePortalLink',
    tag: 'portal-links',
    summary: 'Revoke a portal link: within a second it opens nothing, and its session is over.',
    role: 'write',
    keyOnly: true,
    params: fields.portalLinkParams,
    query: none,
    body: undefined,
    answers: undefined,
    problems: ['404 not_found', '503 configuration_unavailable'],
    async handle({ account, params }) {
      const revoked = await account.portalLinks.revoke(params.link_id);
      switch (revoked.kind) {
        case 'revoked':
          return { status: 204 };
        case 'missing':
          return { problem: notFound('portal link', params.link_id) };
        case 'unavailable':
          return configurationUnavailable(revoked.detail);
      }
    },
  });

  return [create, list, revoke];
}

function tooManyLinks({ limit }: Extract<LinkCreated, { kind: 'too_many' }>): Answer {
  return {
    problem: {
      status: 409,
      code: 'too_many_portal_links',
      title: 'There are as many portal links as there may be',
      detail: `An account has at most ${limit} links that are open or in session. Revoke those that are not needed, or wait until they end.`,
      max_links: limit,
    },
  };
}
