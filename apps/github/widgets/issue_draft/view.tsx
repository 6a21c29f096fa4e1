// An issue that is about to be created, or was.
import type { ViewProps } from '#kit/mount.tsx';
import { Draft, type DraftField } from '../draft.tsx';
import type { CreateIssue } from '../types/create_issue.ts';

const FIELDS: readonly DraftField[] = [
  { name: 'title', label: 'Title', required: true },
  { name: 'body', label: 'Description', rows: 6 },
  { name: 'labels', label: 'Labels', list: true },
  { name: 'assignees', label: 'Assignees', list: true },
];

export function IssueDraft(view: ViewProps<CreateIssue>) {
  return (
    <Draft
      view={view}
      tool="create_issue"
      noun="issue"
      fields={FIELDS}
      made={({ issue }) => issue}
      warnings={({ warnings }) => warnings}
    />
  );
}
