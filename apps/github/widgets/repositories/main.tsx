// Mounts the view `repositories`.
import { mount } from '#kit/mount.tsx';
import { Repositories } from './view.tsx';

mount('repositories', Repositories);
