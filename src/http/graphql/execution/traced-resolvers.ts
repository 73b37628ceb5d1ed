import { type GraphQLField, type GraphQLResolveInfo, type GraphQLSchema, isObjectType } from 'graphql';
import type { Tracer } from '../../../telemetry/tracing.ts';
import type { GraphQLContext } from '../context.ts';

/** Makes each resolver that leads to a call upstream a span. To be called once for a schema, before it is executed. */
export function traceResolvers(schema: GraphQLSchema, tracer: Tracer): void {
  if (!tracer.isOn) return;
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve, subscribe } = field;
      if (resolve !== undefined) field.resolve = traced(resolve, tracer);
      if (subscribe !== undefined) field.subscribe = traced(subscribe, tracer);
    }
  }
}

type Resolve = NonNullable<GraphQLField<unknown, GraphQLContext>['resolve']>;

function traced(resolve: Resolve, tracer: Tracer): Resolve {
  return (source, args, context, info) =>
    tracer.spanIfUsed(
      `${info.parentType.name}.${info.fieldName}`,
      () => ({ attributes: { 'graphql.field.path': pathOf(info) } }),
      () => resolve(source, args, context, info),
    );
}

/** The names of the fields and the positions in lists, from the root. */
function pathOf({ path }: GraphQLResolveInfo): string {
  const keys: (string | number)[] = [];
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at !== undefined; at = at.prev)
    keys.unshift(at.key);
  return keys.join('.');
}
