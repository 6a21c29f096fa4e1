// Mounts the view `connection`.
import { mount } from '#kit/mount.tsx';
import { Connection } from './view.tsx';

mount('connection', Connection);
