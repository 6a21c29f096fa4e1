// Mounts the view `pull_request_draft`.
import { mount } from '#kit/mount.tsx';
import { PullRequestDraft } from './view.tsx';

mount('pull_request_draft', PullRequestDraft);
