import type { Log } from './log.ts';

/** Typed in-process events: names to payloads. Delivered at once, in the order of subscription. */
export type EventBus<EventMap> = {
  on<Name extends keyof EventMap>(name: Name, handle: (payload: EventMap[Name]) => void): void;
  emit<Name extends keyof EventMap>(name: Name, payload: EventMap[Name]): void;
};

/**
 * Events tell what has been committed, so emit them from `tx.afterCommit`. A handler that throws is logged and stops
 * nobody: what must happen is a job row of the same transaction, never only an event.
 */
export function createEventBus<EventMap>(log: Log): EventBus<EventMap> {
  const handlers = new Map<keyof EventMap, ((payload: never) => void)[]>();
  return {
    on(name, handle) {
      handlers.set(name, [...(handlers.get(name) ?? []), handle]);
    },
    emit(name, payload) {
      for (const handle of handlers.get(name) ?? []) {
        try {
          (handle as (value: typeof payload) => void)(payload);
        } catch (error) {
          log.error({ err: error, event: String(name) }, 'event handler failed');
        }
      }
    },
  };
}
