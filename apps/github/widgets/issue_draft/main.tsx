// Mounts the view `issue_draft`.
import { mount } from '#kit/mount.tsx';
import { IssueDraft } from './view.tsx';

mount('issue_draft', IssueDraft);
