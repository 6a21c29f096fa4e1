// Calls of the GitHub app's tools, every method of each, on one repository with an issue and a pull request.
export function callsOf(place) {
  const pull = { ...place, pullNumber: 1 };
  const issue = { ...place, issue_number: 1 };
  return [
    ['get_me', {}],
    ['list_repositories', { visibility: 'all', sort: 'pushed', direction: 'desc', repo: 'hello' }],
    ['search_repositories', { query: 'hello', sort: 'stars', order: 'desc', minimal_output: false }],
    [
      'get_repository_issues',
      { ...place, state: 'all', labels: ['bug'], sort: 'updated', since: '2026-01-01T00:00:00Z' },
    ],
    ...['get', 'get_comments', 'get_sub_issues', 'get_parent', 'get_labels'].map((method) => [
      'issue_read',
      { ...issue, method },
    ]),
    ['search_issues', { ...place, query: 'chat', sort: 'created', order: 'asc' }],
    [
      'issue_write',
      { ...issue, method: 'update', title: 'Changed', state: 'closed', state_reason: 'completed', labels: ['bug'] },
    ],
    ['add_issue_comment', { ...issue, body: 'Seen.' }],
    ['list_label', place],
    ['list_issue_types', place],
    ['list_pull_requests', { ...place, state: 'all', sort: 'updated', direction: 'desc' }],
    ...['get', 'get_diff', 'get_status', 'get_files', 'get_commits', 'get_reviews', 'get_comments'].map((method) => [
      'pull_request_read',
      { ...pull, method },
    ]),
    ['search_pull_requests', { query: 'chat' }],
    ['create_pull_request', { ...place, title: 'From a chat', head: 'main', base: 'main', draft: true }],
    ['update_pull_request', { ...pull, title: 'Changed', state: 'closed' }],
    ['list_branches', place],
    ['create_branch', { ...place, branch: 'from-a-chat', from_branch: 'main' }],
    ['github_connection', { action: 'status' }],
  ];
}
