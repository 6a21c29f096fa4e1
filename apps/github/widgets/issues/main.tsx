// Mounts the view `issues`.
import { mount } from '#kit/mount.tsx';
import { Issues } from './view.tsx';

mount('issues', Issues);
