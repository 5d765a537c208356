// The page of examples/chat in a headless Chromium: CHROMIUM names the program, or
// it is looked for where distributions put it. SCREENSHOT names a file to keep one in.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { startServer } from './server.mjs';

const program = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

let server, backend, url, profile, browser, page;

before(async () => {
  server = await startServer(); // the Mastra server of the page is the one behind it
  const upstream = await server.get('/upstream');
  const port = 20000 + Math.floor(Math.random() * 20000);
  url = `http://127.0.0.1:${port}`;
  backend = spawn(process.env.CHAT_EXAMPLE ?? new URL('.bin/chat', import.meta.url).pathname, ['-addr', `127.0.0.1:${port}`],
    { stdio: 'inherit', env: { ...process.env, MASTRA_BASE_URL: upstream } });
  for (let i = 0; ; i++) {
    if (await fetch(url).then(r => r.ok, () => false)) break;
    assert.ok(i < 200, 'the backend does not answer');
    await new Promise(r => setTimeout(r, 50));
  }
  profile = mkdtempSync(join(tmpdir(), 'page-'));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: program, headless: true, viewport: { width: 760, height: 900 },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});
after(async () => {
  await browser?.close();
  backend?.kill();
  await server?.stop();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await browser.newPage();
  page.on('pageerror', error => { throw error; });
  await page.goto(url);
  await page.locator('#send:visible').waitFor();
});

const say = async text => {
  await page.fill('#text', text);
  await page.press('#text', 'Enter');
};
const last = () => page.locator('article.assistant').last();
const ready = () => page.locator('#send:visible').waitFor();
const shows = (locator, text) => locator.filter({ hasText: text }).waitFor();

describe('the page', () => {
  it('shows text while it is written', async () => {
    await say('slow:8');
    const seen = new Set();
    while (await page.locator('#stop:visible').count()) {
      seen.add(await last().innerText());
      await new Promise(r => setTimeout(r, 20));
    }
    assert.ok(seen.size > 3, `it grew in ${seen.size} steps`);
    assert.match(await last().innerText(), /chunk-0 .*chunk-7/);
  });

  it('shows a tool call', async () => {
    await say('tool:weather {"city":"Rome"}');
    await shows(last().locator('.tool[data-state=output-available]'), '"tempC": 4');
    await shows(last(), 'Tool said:');
  });

  it('asks for an approval and sends the answer', async () => {
    await say('tool:delicate {"what":"vase"}');
    await last().getByRole('button', { name: 'Approve' }).click();
    await shows(last().locator('.tool[data-state=output-available]'), '"done": "vase"');
    await ready();
    await say('tool:delicate {"what":"cup"}');
    await last().getByRole('button', { name: 'Decline' }).click();
    await last().locator('.tool[data-state=output-denied]').waitFor();
    await shows(last(), 'The user said no.');
    await ready();
    assert.equal(await page.locator('article').count(), 4, 'each answer goes on in its message');
  });

  it('asks what a tool asks', async () => {
    await say('tool:ask-user {"question":"How old?"}');
    await shows(last().locator('.question'), 'How old?');
    await last().locator('.question input').fill('42');
    await last().getByRole('button', { name: 'Answer' }).click();
    await shows(last(), 'Tool said:');
    assert.match(await last().innerText(), /42/);
  });

  it('stops', async () => {
    const before = await server.get('/left');
    await say('slow:100');
    await shows(last(), 'chunk-3');
    await page.click('#stop');
    await ready();
    assert.equal(await page.locator('#error:visible').count(), 0);
    if (server.mock) {
      for (let i = 0; i < 200 && await server.get('/left') === before; i++) await new Promise(r => setTimeout(r, 10));
      assert.equal(await server.get('/left'), before + 1, 'the server saw the client leave');
    }
    // What was saved is shorter than what was asked for.
    let saved = '';
    for (let i = 0; i < 100 && !saved.includes('chunk-3'); i++) {
      await page.reload();
      await page.locator('article.user').first().waitFor();
      saved = (await page.locator('article.assistant').allInnerTexts()).join();
    }
    assert.match(saved, /chunk-3/);
    assert.doesNotMatch(saved, /chunk-60/);
  });

  it('tells of a failure', async () => {
    await say('fail-model');
    await shows(page.locator('#error'), 'model exploded');
    assert.doesNotMatch(await page.content(), /node_modules| {4}at /);
  });

  it('has the history after a reload, and what waits still waits', async () => {
    await say('hello');
    await shows(last(), 'You said: hello');
    await ready();
    await say('tool:weather {"city":"Rome"}');
    await shows(last(), 'Tool said:');
    await ready();
    await say('tool:delicate {"what":"vase"}');
    await last().getByRole('button', { name: 'Approve' }).waitFor();
    await ready();
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
    const before = await page.locator('article').allInnerTexts();
    await page.reload();
    await page.locator('article').nth(5).waitFor();
    assert.deepEqual((await page.locator('article').allInnerTexts()).map(strip), before.map(strip));
    await last().getByRole('button', { name: 'Approve' }).click();
    await shows(last().locator('.tool[data-state=output-available]'), '"done": "vase"');
  });

  it('tries again', async () => {
    await say('hello');
    await shows(last(), 'You said: hello');
    await page.getByRole('button', { name: 'Try again' }).click();
    await ready();
    await page.reload();
    await page.locator('article').nth(1).waitFor();
    assert.equal(await page.locator('article').count(), 2);
  });
});

const strip = text => text.replace(/\s*Try again\s*$/, '').replace(/\s+/g, ' ');
