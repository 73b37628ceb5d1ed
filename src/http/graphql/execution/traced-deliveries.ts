import { findOrigin } from '../../../domain/trace-origin.ts';
import type { Tracer } from '../../../telemetry/tracing.ts';

/** Runs the delivery of one event to one subscriber. */
export type Deliver = <T>(event: unknown, work: () => T) => T;

/**
 * Makes the delivery of each event a trace of its own, linked to the span that has written the event and to the operation
 * that has subscribed: a subscription may last for days, and a trace should not.
 * @param field the root field of the subscription
 */
export function traceDeliveries(tracer: Tracer, field: string | undefined): Deliver {
  if (!tracer.isOn) return (_event, work) => work();
  const subscribed = tracer.traceParent();
  return (event, work) =>
    tracer.span(
      `deliver ${field ?? 'event'}`,
      { kind: 'producer', isRoot: true, links: [findOrigin(event), subscribed] },
      work,
    );
}
