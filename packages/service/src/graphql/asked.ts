import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/**
 * The names of the fields asked for of each object that a field answers with, or of all that hangs on it, however deep; those in fragments
 * included, whatever type these are for.
 */
export function askedFields(
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  of: 'each object' | 'all levels' = 'each object',
): Set<string> {
  const names = new Set<string>();
  const collect = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        names.add(selection.name.value);
        if (of === 'all levels') collect(selection.selectionSet);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else collect(fragments[selection.name.value]?.selectionSet);
    }
  };
  for (const node of fieldNodes) collect(node.selectionSet);
  return names;
}

/** For each field of a type the columns that its resolver reads. A field that is not named reads them all. */
export type FieldColumns<Row> = Readonly<Record<string, readonly (keyof Row & string)[]>>;

const rememberedColumns = new WeakMap<object, WeakMap<object, readonly string[]>>();

/**
 * The columns that answering an operation needs, so that lists do not carry long texts to throw them away. Worked out once for each place
 * in a document.
 * @returns empty where all are needed
 */
export function askedColumns<Row>(info: GraphQLResolveInfo, columns: FieldColumns<Row>): readonly string[] {
  const known = rememberedColumns.get(columns) ?? new WeakMap<object, readonly string[]>();
  rememberedColumns.set(columns, known);
  const found = known.get(info.fieldNodes) ?? columnsOf(info, columns);
  known.set(info.fieldNodes, found);
  return found;
}

function columnsOf<Row>(info: GraphQLResolveInfo, columns: FieldColumns<Row>): string[] {
  const needed = new Set<string>();
  for (const field of askedFields(info)) {
    if (field === '__typename') continue;
    const read = Object.hasOwn(columns, field) ? columns[field] : undefined;
    if (!read) return [];
    for (const column of read) needed.add(column);
  }
  return [...needed].sort();
}
