// Mounts the view `connect`.
import { mount } from '#kit/mount.tsx';
import { Connect } from './view.tsx';

mount('connect', Connect);
