import { type HttpServer, listen } from '@herald/service-kit/http-server';
import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mountDocs } from './docs-page.ts';

let server: HttpServer;

beforeAll(async () => {
  const app = express();
  mountDocs(app);
  server = await listen(app, { host: '127.0.0.1', port: 0 });
});

afterAll(() => server.close());

it('everything that the page needs is served along with it, as what it is', async () => {
  const page = await (await fetch(`${server.url}/docs`)).text();
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
  const assets = files.filter((file) => file.startsWith('docs/'));
  expect(assets).toHaveLength(4);
  expect(files.filter((file) => /^(https?:)?\/\//.test(file))).toEqual([]);
  for (const asset of assets) {
    const response = await fetch(`${server.url}/${asset}`);
    expect(response.status, asset).toBe(200);
    expect(response.headers.get('content-type'), asset).toContain(
      asset.endsWith('.css') ? 'text/css' : 'javascript',
    );
    expect((await response.arrayBuffer()).byteLength, asset).toBeGreaterThan(10);
  }
});

it('the page runs nothing but its own files, and asks nobody but the api', async () => {
  const response = await fetch(`${server.url}/docs`);
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self';");
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(await response.text()).not.toMatch(/<script>|<style|style=| on\w+=/);
});

it('nothing else of the library can be had', async () => {
  for (const file of ['docs/index.html', 'docs/swagger-ui.js', 'docs/%2e%2e/package.json']) {
    expect((await fetch(`${server.url}/${file}`)).status, file).toBe(404);
  }
});
