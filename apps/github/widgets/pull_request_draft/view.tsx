// A pull request that is about to be created, or was.
import type { ViewProps } from '#kit/mount.tsx';
import { Draft, type DraftField } from '../draft.tsx';
import type { CreatePullRequest } from '../types/create_pull_request.ts';

const FIELDS: readonly DraftField[] = [
  { name: 'title', label: 'Title', required: true },
  { name: 'head', label: 'From branch', required: true },
  { name: 'base', label: 'Into branch', required: true },
  { name: 'body', label: 'Description', rows: 6 },
];

export function PullRequestDraft(view: ViewProps<CreatePullRequest>) {
  return (
    <Draft
      view={view}
      tool="create_pull_request"
      noun={view.input['draft'] === true ? 'draft pull request' : 'pull request'}
      fields={FIELDS}
      made={(output) => output}
      warnings={({ warnings }) => warnings}
    />
  );
}
