import { inflateSync } from 'node:zlib';

/** What stands on each page of a PDF of pdfkit, a line for each piece of text, as a reader that copies it gets it. */
export function pdfText(bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes).toString('latin1');
  const objects = new Map<number, string>();
  for (const [, number, body] of file.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g))
    objects.set(Number(number), body ?? '');
  const reference = (body: string, name: string) => Number(new RegExp(`/${name} (\\d+) 0 R`).exec(body)?.[1]);
  const stream = (number: number) => {
    const body = objects.get(number) ?? '';
    const start = body.indexOf('stream\n') + 'stream\n'.length;
    return inflateSync(Buffer.from(body.slice(start, body.lastIndexOf('\nendstream')), 'latin1')).toString('latin1');
  };
  const fonts = new Map<string, string[]>();
  const fontOf = (name: string, page: string) => {
    const resources = objects.get(reference(page, 'Resources')) ?? page;
    const known = fonts.get(name);
    if (known) return known;
    const map = stream(reference(objects.get(reference(resources, name)) ?? '', 'ToUnicode'));
    const texts = [...map.matchAll(/\[(.*)\]/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/<([^>]*)>/g)].map(([, codes = '']) =>
        codes
          .split(' ')
          .map((code) => String.fromCharCode(Number.parseInt(code, 16)))
          .join(''),
      ),
    );
    fonts.set(name, texts);
    return texts;
  };
  const root = [...objects.values()].find((body) => body.includes('/Type /Pages')) ?? '';
  const kids = /\/Kids \[([^\]]*)\]/.exec(root)?.[1] ?? '';
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, kid]) => {
    const page = objects.get(Number(kid)) ?? '';
    let font: string[] = [];
    const lines: string[] = [];
    for (const [, name, shown] of stream(reference(page, 'Contents')).matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*)\] TJ/g)) {
      if (name) font = fontOf(name, page);
      else
        lines.push(
          [...(shown ?? '').matchAll(/<([0-9a-f]+)>/g)]
            .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
            .map((glyph) => font[Number.parseInt(glyph, 16)] ?? '')
            .join(''),
        );
    }
    return lines.join('\n');
  });
}
