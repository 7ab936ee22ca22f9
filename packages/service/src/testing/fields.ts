import type { TestService } from './service.ts';

interface TypeRef {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType: TypeRef | null;
}

interface Field {
  readonly name: string;
  readonly args: readonly { readonly type: TypeRef; readonly defaultValue: string | null }[];
  readonly type: TypeRef;
}

const named = (type: TypeRef): TypeRef => (type.ofType ? named(type.ofType) : type);

/** Selections of each field of a type that needs no arguments, alone, by the field's name: for a test that walks them all. */
export async function selectionsOf<T>(service: TestService<T>, typeName: string): Promise<Map<string, string>> {
  const type = '{ kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }';
  const fieldsOf = async (name: string) => {
    const { __type } = await service.ask<{ __type: { fields: Field[] } | null }>(
      `query ($name: String!) { __type(name: $name) { fields { name args { type { kind } defaultValue } type ${type} } } }`,
      { name },
    );
    return (__type?.fields ?? []).filter(({ args }) =>
      args.every((arg) => arg.type.kind !== 'NON_NULL' || arg.defaultValue !== null),
    );
  };
  const isLeaf = (field: Field) => ['SCALAR', 'ENUM'].includes(named(field.type).kind);
  const selections = new Map<string, string>();
  for (const field of await fieldsOf(typeName)) {
    const inner = isLeaf(field) ? [] : (await fieldsOf(named(field.type).name ?? '')).filter(isLeaf);
    selections.set(
      field.name,
      isLeaf(field) ? field.name : `${field.name} { __typename ${inner.map((one) => one.name).join(' ')} }`,
    );
  }
  return selections;
}
