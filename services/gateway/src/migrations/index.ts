import type { Migration } from '@annex/service';
import { createIdentity } from './20261124_1000_create_identity.ts';

export const migrations: readonly Migration[] = [createIdentity];
