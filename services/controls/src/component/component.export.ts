import type { Tx } from '@annex/service';
import type { ComponentTables } from './component.store.ts';
import { contentsOf, headOf } from './document.store.ts';

/** A component definition as OSCAL 1.2.1, in pieces of JSON: its head, then one component after the other. Nothing where there is none. */
export async function* definitionText(tx: Tx<ComponentTables>, id: string): AsyncGenerator<string> {
  const head = await headOf(tx, id);
  if (!head) return;
  yield `{"component-definition":${JSON.stringify(head).slice(0, -1)}`;
  let separator = ',"components":[';
  for await (const component of contentsOf(tx, id)) {
    yield `${separator}${JSON.stringify(component)}`;
    separator = ',';
  }
  yield separator === ',' ? ']}}' : '}}';
}
