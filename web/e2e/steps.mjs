// What people do in the views, and what the host then hears.
import assert from 'node:assert/strict';
import {
  CREATED,
  DRAFT,
  issues,
  NOT_CONNECTED,
  NOTES,
  ok,
  refused,
  repositories,
  SCOPE_MISSING,
} from './states.mjs';

const REPOSITORIES = 'github/repositories';
const LIST = { input: { sort: 'updated' }, result: ok(repositories(8, { next_page: 2, next_per_page: 8 })) };
const FAILED = { input: DRAFT, result: refused('Issues are switched off.') };
const focused = (stage) => stage.frame.evaluate(() => document.activeElement?.textContent ?? '');

/** The same in both kinds of host. */
const both = (title, step) =>
  ['mcp', 'openai'].map((host) => [`${title}, ${host}`, (stage) => step(stage, host)]);

export const STEPS = [
  ...both(
    'repositories: opens a page, shows issues, and asks for a new one',
    async (stage, host) => {
      const answers = { get_repository_issues: [ok(issues(2))] };
      await stage.show(REPOSITORIES, { ...LIST, answers }, host);
      await stage.frame.getByRole('link', { name: /View on GitHub octo-org\/project-1 / }).click();
      await stage.asks('open', 'https://github.com/octo-org/project-1');
      await stage.button('Show issues of octo-org/project-1').click();
      await stage.sees('after a reload (1)');
      const args = { owner: 'octo-org', repo: 'project-1', state: 'open' };
      await stage.asks('call', 'get_repository_issues', args);
      await stage.inspect(`${REPOSITORIES} with issues`);
      await stage.button('Create issue in octo-org/project-2').click();
      await stage.asks('message', 'Create a new issue in octo-org/project-2');
    },
  ),
  ...both('repositories: shows more, and filters what it has', async (stage, host) => {
    const page = ok({
      repositories: [{ ...repositories(1).repositories[0], id: 99, full_name: 'ada/engine' }],
      count: 1,
    });
    await stage.show(REPOSITORIES, { ...LIST, answers: { list_repositories: [page] } }, host);
    await stage.button('Show more').click();
    await stage.sees('ada/engine');
    await stage.asks('call', 'list_repositories', { sort: 'updated', page: 2, perPage: 8 });
    assert.equal(await stage.button('Show more').count(), 0);
    await stage.frame.getByLabel('Filter').fill('ENGINE');
    assert.equal(await stage.frame.getByRole('listitem').count(), 1);
    await stage.frame.getByLabel('Filter').fill('nothing like it');
    await stage.sees('Nothing shown matches');
  }),
  [
    'repositories: says what failed, and keeps the list',
    async (stage) => {
      await stage.show(REPOSITORIES, LIST);
      await stage.button('Show more').click();
      await stage.frame.getByRole('alert').getByText('offline').waitFor();
      await stage.sees('octo-org/project-8');
    },
  ],
  [
    'repositories: by keyboard alone, and the focus is always visible',
    async (stage) => {
      await stage.show(REPOSITORIES, {
        ...LIST,
        answers: { list_repositories: [ok(repositories(0))] },
      });
      await stage.frame.locator('main').focus();
      for (let presses = 0; presses < 40; presses += 1) {
        await stage.page.keyboard.press('Tab');
        const ring = await stage.frame.evaluate(
          () => getComputedStyle(document.activeElement).outlineStyle !== 'none',
        );
        assert.ok(ring, `the focus is invisible at ${await focused(stage)}`);
        if ((await focused(stage)) === 'Show more') break;
      }
      await stage.page.keyboard.press('Enter');
      await stage.asks('call', 'list_repositories', { sort: 'updated', page: 2, perPage: 8 });
    },
  ],
  [
    'repositories: goes to the full screen and back',
    async (stage) => {
      await stage.show(REPOSITORIES, LIST);
      await stage.button('Full screen').click();
      await stage.asks('mode', 'fullscreen');
      await stage.inspect(`${REPOSITORIES} fullscreen`);
      await stage.button('Leave full screen').click();
      await stage.asks('mode', 'inline');
    },
  ],
  [
    'repositories: offers no full screen that the host does not have',
    async (stage) => {
      await stage.show(REPOSITORIES, { ...LIST, modes: ['inline'], sees: 'octo-org' });
      await stage.lacks('Full screen');
    },
  ],
  ...both(
    'connect: opens the page, and asks again when the person is back',
    async (stage, host) => {
      const answers = { list_repositories: [ok(repositories(1))] };
      await stage.show(REPOSITORIES, { input: { page: 1 }, result: NOT_CONNECTED, answers }, host);
      await stage.lacks('I have connected');
      await stage.button('Connect to GitHub').click();
      await stage.asks('open', 'https://id.example.com/connect/github');
      await stage.button('I have connected').click();
      await stage.sees('1 repository');
      await stage.asks('call', 'list_repositories', { page: 1 });
    },
  ),
  [
    'scope: calls again, so that the host asks the person',
    async (stage) => {
      const answers = { create_issue: [CREATED] };
      await stage.show('github/issue_draft', { input: DRAFT, result: SCOPE_MISSING, answers });
      await stage.sees('write:issues');
      await stage.button('Continue').click();
      await stage.sees('Issue #42 created');
    },
  ],
  ...both('issues: another state is another call', async (stage, host) => {
    const answers = { get_repository_issues: [ok(issues(1))] };
    const input = { owner: 'octo-org', repo: 'project-1', page: 3 };
    await stage.show('github/issues', { input, result: ok(issues(4)), answers }, host);
    await stage.frame.locator('summary').first().click();
    await stage.sees('Scroll down');
    await stage.frame.getByLabel('Which issues').selectOption('closed');
    await stage.sees('1 issue');
    const args = { owner: 'octo-org', repo: 'project-1', state: 'closed' };
    await stage.asks('call', 'get_repository_issues', args);
  }),
  ...both('issue draft: changed and sent again after a refusal', async (stage, host) => {
    await stage.show(
      'github/issue_draft',
      { ...FAILED, answers: { create_issue: [CREATED] } },
      host,
    );
    await stage.frame.getByLabel('Title').fill('');
    await stage.button('Create issue').click();
    await stage.sees('Title is needed.');
    assert.deepEqual(await stage.asked('call'), []);
    await stage.frame.getByLabel('Title').fill('A better title');
    await stage.frame.getByLabel('Labels').fill('bug, , docs');
    await stage.button('Create issue').click();
    await stage.sees('Issue #42 created');
    const args = { ...DRAFT, title: 'A better title', labels: ['bug', 'docs'] };
    await stage.asks('call', 'create_issue', args);
    await stage.asks('model', `The person created issue #42 in octo-org/project-1: ${DRAFT.title}`);
  }),
  [
    'issue draft: a second refusal keeps what the person wrote, and the focus stays in the view',
    async (stage) => {
      await stage.show('github/issue_draft', FAILED);
      await stage.frame.getByLabel('Title').fill('Mine');
      await stage.button('Create issue').press('Enter');
      await stage.frame.getByRole('alert').getByText('offline').waitFor();
      assert.equal(await stage.frame.getByLabel('Title').inputValue(), 'Mine');
      assert.equal(await stage.frame.evaluate(() => document.activeElement.tagName), 'MAIN');
    },
  ],
  [
    'connection: asks for write access in the chat, and manages on its page',
    async (stage) => {
      const output = {
        connected: true,
        login: 'octocat',
        host: 'github.com',
        upstream_scopes: [],
        held_scopes: [],
        manage_url: 'http://localhost:3000/account/connections',
        connect_url: '',
        write_granted: false,
      };
      await stage.show('github/connection', { input: {}, result: ok(output) });
      await stage.button('Grant write access').click();
      await stage.asks('message', 'I want to allow changes on GitHub. Ask me for write access.');
      await stage.frame.getByRole('link', { name: 'Manage' }).click();
      await stage.asks('open', 'http://localhost:3000/account/connections');
    },
  ],
  ...both('notes: adds one', async (stage, host) => {
    const note = { id: 'c', created_at: 1, text: 'Water the ferns' };
    const answers = { notes_add: [ok({ note })] };
    await stage.show('notes/notes', { input: {}, result: ok({ notes: NOTES }), answers }, host);
    await stage.frame.getByLabel('New note').fill(note.text);
    await stage.button('Add note').click();
    await stage.sees('3 notes');
    await stage.asks('call', 'notes_add', { text: note.text });
    assert.equal(await stage.frame.getByLabel('New note').inputValue(), '');
  }),
  [
    'host: its style variables color the page, in the light and in the dark',
    async (stage) => {
      const variables = {
        '--color-background-primary': 'light-dark(#fffaf0, #102030)',
        '--font-sans': 'serif',
      };
      await stage.show('notes/account', { input: {}, variables, sees: 'Your account' });
      const look = () =>
        stage.frame.evaluate(() => {
          const { backgroundColor, fontFamily } = getComputedStyle(document.body);
          return [backgroundColor, fontFamily];
        });
      assert.deepEqual(await look(), ['rgb(255, 250, 240)', 'serif']);
      await stage.theme('dark');
      assert.deepEqual(await look(), ['rgb(16, 32, 48)', 'serif']);
    },
  ],
  [
    'host: where both speak, its result wins over globals, and ChatGPT opens what is asked',
    async (stage) => {
      const scene = { input: {}, result: ok({ notes: NOTES }), sees: '2 notes' };
      await stage.show('notes/notes', scene, 'both');
      await stage.frame.waitForFunction(() =>
        window.openai.asked.some(([kind]) => kind === 'size'),
      );
      await stage.page.waitForFunction(() =>
        globalThis.seen.some(([kind]) => kind === 'initialized'),
      );
      await stage.page.evaluate(
        (result) => globalThis.bridge.sendToolResult(result),
        ok({ notes: [] }),
      );
      await stage.sees('No notes yet');
      await stage.frame.evaluate(() => window.setGlobals({ toolOutput: { notes: [] } }));
      await stage.sees('No notes yet');
    },
  ],
  [
    'host: before it goes it gets an answer',
    async (stage) => {
      await stage.show('notes/account', { input: {}, sees: 'Your account' });
      await stage.page.waitForFunction(() =>
        globalThis.seen.some(([kind]) => kind === 'initialized'),
      );
      assert.deepEqual(await stage.page.evaluate(() => globalThis.bridge.teardownResource({})), {});
    },
  ],
  [
    'host: a page opened by itself says where it belongs',
    async (stage) => {
      const page = await stage.page.context().newPage();
      await page.goto(`${stage.sites.views}/github/issues`);
      await page.getByText('This is part of a chat').waitFor();
      await page.close();
    },
  ],
];
