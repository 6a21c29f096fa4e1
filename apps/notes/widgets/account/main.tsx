// Mounts the view `account`.
import { mount } from '#kit/mount.tsx';
import { Account } from './view.tsx';

mount('account', Account);
