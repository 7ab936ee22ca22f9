import type { ServiceContext } from '@annex/service';

export type Logger = ServiceContext<unknown>['log'];
