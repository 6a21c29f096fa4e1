// Mounts the view `notes`.
import { mount } from '#kit/mount.tsx';
import { Notes } from './view.tsx';

mount('notes', Notes);
