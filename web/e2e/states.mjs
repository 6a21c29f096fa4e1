// Every view in every state: what the host says, and what the person must then see.

const ok = (structuredContent) => ({
  content: [{ type: 'text', text: 'Done.' }],
  structuredContent,
});
const refused = (text, meta) => ({
  content: [{ type: 'text', text }],
  isError: true,
  ...(meta && { _meta: meta }),
});
const CONNECT_URL = 'https://id.example.com/connect/github';
export const NOT_CONNECTED = refused('Your GitHub account is not connected yet.', {
  'mcp/www_authenticate': ['Bearer resource_metadata="https://id.example.com/x"'],
  'vestibule/connect_url': CONNECT_URL,
});
export const SCOPE_MISSING = refused('This needs more permission.', {
  'mcp/www_authenticate': ['Bearer error="insufficient_scope", scope="write:issues"'],
});
const SIGNED_OUT = refused('Sign in to read your notes.', {
  'mcp/www_authenticate': ['Bearer resource_metadata="https://id.example.com/x"'],
});
/** Untrusted text at its worst: markup, direction marks, and no place to break. */
const HOSTILE = '<img src=x onerror=alert(1)> \u202Eevil\u202C ' + 'x'.repeat(120);

const repository = (id, more = {}) => ({
  id,
  name: `project-${id}`,
  full_name: `octo-org/project-${id}`,
  description:
    'Keeps the configuration of every service in one place, with a history that people can read.',
  language: ['Rust', 'TypeScript', 'Go', 'Python'][id % 4],
  stargazers_count: id * 731,
  forks_count: id,
  open_issues_count: id,
  updated_at: new Date(Date.now() - id * 40_000_000).toISOString(),
  html_url: `https://github.com/octo-org/project-${id}`,
  private: id % 2 === 0,
  ...more,
});
const repositories = (count, more) => ({
  repositories: Array.from({ length: count }, (_, at) => repository(at + 1)),
  count,
  ...more,
});
const issue = (number, more = {}) => ({
  id: 1000 + number,
  number,
  title: `The page loses its place after a reload (${number})`,
  body: 'Steps:\n1. Scroll down\n2. Reload\n\nThe page begins at the top again.',
  state: number % 3 ? 'open' : 'closed',
  user: 'octocat',
  labels: number % 2 ? ['bug', 'good first issue'] : [],
  created_at: new Date(Date.now() - number * 90_000_000).toISOString(),
  updated_at: new Date().toISOString(),
  html_url: `https://github.com/octo-org/project-1/issues/${number}`,
  comments: number - 1,
  ...more,
});
export const issues = (count, more) => ({
  issues: Array.from({ length: count }, (_, at) => issue(at + 1)),
  repository: 'octo-org/project-1',
  count,
  ...more,
});
export const DRAFT = {
  owner: 'octo-org',
  repo: 'project-1',
  title: 'The page loses its place after a reload',
  body: 'Steps:\n1. Scroll down\n2. Reload\n\nThe page begins at the top again.',
  labels: ['bug', 'ui'],
};
export const CREATED = ok({
  success: true,
  issue: {
    id: 9,
    number: 42,
    title: DRAFT.title,
    html_url: 'https://github.com/octo-org/project-1/issues/42',
  },
  message: 'Created.',
});
const { labels: _, ...PULL } = { ...DRAFT, head: 'keep-place', base: 'main', draft: true };
const OPENED = {
  id: 8,
  number: 43,
  title: DRAFT.title,
  html_url: 'https://github.com/octo-org/project-1/pull/43',
  state: 'open',
  draft: true,
};
const CONNECTION = {
  connected: true,
  login: 'octocat',
  account_id: 583231,
  host: 'github.com',
  upstream_scopes: ['repo', 'read:user'],
  held_scopes: ['read:repos', 'read:issues'],
  manage_url: 'https://id.example.com/account/connections',
  connect_url: CONNECT_URL,
  write_granted: false,
};
const NOW = Math.floor(Date.now() / 1000);
const NOTES = [
  { id: 'a', created_at: NOW - 400_000, text: 'Ask Ada about the router.' },
  { id: 'b', created_at: NOW - 4_000, text: 'Buy:\n- oats\n- coffee' },
];

/** The states that every view has. */
const shared = (title, connect) => ({
  loading: { input: {}, sees: title },
  refused: {
    input: {},
    result: refused('GitHub did not answer. Try again later.'),
    sees: 'GitHub did not answer',
  },
  cancelled: { input: {}, cancelled: true, sees: 'This was cancelled' },
  scope: { input: {}, result: SCOPE_MISSING, sees: 'More access is needed' },
  connect: { input: {}, ...connect },
});
const github = { result: NOT_CONNECTED, sees: 'Connect to GitHub' };
const notes = { result: SIGNED_OUT, sees: 'Sign in to go on' };

export const STATES = {
  'github/connect': {
    ...shared('Connect to GitHub', github),
    result: {
      input: {},
      result: ok({ ...CONNECTION, connected: false }),
      sees: 'Create pull requests',
    },
    connected: { input: {}, result: ok(CONNECTION), sees: 'As octocat.' },
  },
  'github/repositories': {
    ...shared('Repositories', github),
    result: {
      input: {},
      result: ok(repositories(8, { next_page: 2 })),
      sees: 'octo-org/project-1',
    },
    few: {
      input: { query: 'x' },
      result: ok(repositories(2, { total_count: 2 })),
      sees: '2 repositories',
    },
    empty: { input: {}, result: ok(repositories(0)), sees: 'No repositories' },
    uninstalled: {
      input: {},
      result: ok(
        repositories(0, {
          notice: 'The GitHub App is not installed on any account that this person can see.',
          install_url: 'https://github.com/apps/octo/installations/new',
        }),
      ),
      sees: 'Install the GitHub App',
    },
    'no tools': {
      input: {},
      result: ok(repositories(3, { next_page: 2 })),
      tools: false,
      sees: '(first 3)',
      lacks: ['Show more', 'Show issues'],
    },
    hostile: {
      input: {},
      result: ok({
        repositories: [
          repository(1, {
            full_name: HOSTILE,
            description: HOSTILE,
            language: HOSTILE,
            html_url: 'javascript:alert(1)',
          }),
        ],
        count: 1,
      }),
      sees: '<img',
    },
  },
  'github/issues': {
    ...shared('Issues', github),
    result: { input: DRAFT, result: ok(issues(5, { next_page: 2 })), sees: '(1)' },
    empty: { input: {}, result: ok(issues(0)), sees: 'No issues here.' },
    'no tools': {
      input: {},
      result: ok(issues(2, { next_page: 2 })),
      tools: false,
      sees: '(1)',
      lacks: ['Show more'],
    },
    hostile: {
      input: {},
      result: ok({
        ...issues(0),
        issues: [issue(1, { title: HOSTILE, user: HOSTILE, labels: [HOSTILE], body: HOSTILE })],
      }),
      sees: '<img',
    },
  },
  'github/issue_draft': {
    ...shared('New issue', github),
    pending: { input: DRAFT, sees: 'Waiting to be created' },
    result: { input: DRAFT, result: CREATED, sees: 'Issue #42 created' },
    warned: {
      input: DRAFT,
      result: ok({ ...CREATED.structuredContent, warnings: ['GitHub dropped the label “ui”.'] }),
      sees: 'dropped the label',
    },
    'refused draft': {
      input: DRAFT,
      result: refused('Issues are switched off in this repository.'),
      sees: 'Description',
    },
    'cancelled draft': { input: DRAFT, cancelled: true, sees: 'You can change it' },
    'connect draft': { input: DRAFT, result: NOT_CONNECTED, sees: DRAFT.title },
    'no tools': {
      input: DRAFT,
      result: refused('Issues are switched off.'),
      tools: false,
      sees: 'switched off',
      lacks: ['Create issue'],
    },
    hostile: {
      input: { ...DRAFT, title: HOSTILE, body: HOSTILE, repo: 'x'.repeat(100) },
      sees: '<img',
    },
  },
  'github/pull_request_draft': {
    ...shared('New pull request', github),
    pending: { input: PULL, sees: 'keep-place' },
    result: { input: PULL, result: ok(OPENED), sees: 'Pull request #43 created' },
    'refused draft': {
      input: PULL,
      result: refused('No commits between main and keep-place.'),
      sees: 'Into branch',
    },
  },
  'github/connection': {
    ...shared('GitHub connection', github),
    result: { input: {}, result: ok(CONNECTION), sees: 'Grant write access' },
    writing: {
      input: {},
      result: ok({
        ...CONNECTION,
        write_granted: true,
        held_scopes: ['read:repos', 'write:issues'],
      }),
      sees: 'Allowed',
      lacks: ['Grant write access'],
    },
    empty: {
      input: {},
      result: ok({ ...CONNECTION, connected: false }),
      sees: 'Connect to GitHub',
    },
  },
  'notes/account': {
    ...shared('Your account', notes),
    result: {
      input: {},
      result: ok({
        subject: 'p_01h',
        email: 'ada@example.com',
        client_id: 'c_42',
        scopes: ['profile:read', 'notes:read', 'other'],
      }),
      sees: 'ada@example.com',
    },
    empty: {
      input: {},
      result: ok({ subject: 'p_01h', client_id: 'c_42', scopes: [] }),
      sees: 'Signed in',
    },
  },
  'notes/notes': {
    ...shared('Notes', notes),
    result: { input: {}, result: ok({ notes: NOTES }), sees: '2 notes' },
    empty: { input: {}, result: ok({ notes: [] }), sees: 'No notes yet' },
    added: { input: { text: 'Buy oats' }, result: ok({ note: NOTES[0] }), sees: 'Note added' },
    'no tools': {
      input: {},
      result: ok({ notes: NOTES }),
      tools: false,
      sees: '2 notes',
      lacks: ['Add note'],
    },
    hostile: { input: {}, result: ok({ notes: [{ ...NOTES[0], text: HOSTILE }] }), sees: '<img' },
  },
};
export { ok, refused, repositories, NOTES };
