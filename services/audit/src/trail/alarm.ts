import type { AlarmCall } from './trail.operations.ts';

type Listener = (call: AlarmCall) => void;

/** Carries alarms from the handlers to whoever listens; those before anybody does are kept. */
export function alarmBell(): { readonly ring: Listener; listen(listener: Listener | undefined): void } {
  const waiting: AlarmCall[] = [];
  let heard: Listener | undefined;
  return {
    ring(call) {
      if (heard) heard(call);
      else waiting.push(call);
    },
    listen(listener) {
      heard = listener;
      if (listener) for (const call of waiting.splice(0)) listener(call);
    },
  };
}
