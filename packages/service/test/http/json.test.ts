import { AnnexError } from '@annex/schema';
import { findJsonFault, parseJson } from '../../src/http/json.ts';

const fault = (text: string | Buffer) => {
  try {
    parseJson(Buffer.from(text as string));
  } catch (error) {
    if (error instanceof AnnexError) return { code: error.code, ...error.details };
    throw error;
  }
  return undefined;
};

test.each([
  ['', 1, 1, 0, 'expected a value, the text ended'],
  ['{', 1, 2, 1, 'expected the name of a member in double quotes, the text ended'],
  ['{"a": 1,}', 1, 9, 8, 'expected the name of a member in double quotes, found "}"'],
  ['{"a" 1}', 1, 6, 5, 'expected ":", found "1"'],
  ['[1 2]', 1, 4, 3, 'expected "," or "]", found "2"'],
  ['{"ü": tru}', 1, 10, 10, 'expected true, found "}"'],
  ['{\n  "a": 1,\r\n  "b": \'x\'\n}', 3, 8, 20, 'expected a value, found "\'"'],
  ['"a\nb"', 1, 3, 2, 'expected the closing quote of a string, found "\\n"'],
  ['"\\x"', 1, 2, 1, 'expected an escape of JSON, found "\\\\"'],
  ['01', 1, 2, 1, 'expected the end, found "1"'],
  ['{} {}', 1, 4, 3, 'expected the end, found "{"'],
  ['["😀" oops]', 1, 6, 8, 'expected "," or "]", found "o"'],
])('%j breaks at its place', (text, line, column, byte, problem) => {
  expect(fault(text)).toEqual({ code: 'MALFORMED_JSON', line, column, byte, problem });
});

test('the walk agrees with JSON.parse on every cut and every changed character of a document', () => {
  const text = '{"a":[1,-2.5e+3,true,false,null,"x\\u00e9\\n"],"b":{"c":{}},"d":[]}';
  const agrees = (candidate: string) => {
    let parses = true;
    try {
      JSON.parse(candidate);
    } catch {
      parses = false;
    }
    expect([candidate, findJsonFault(candidate) === undefined]).toEqual([candidate, parses]);
  };
  for (let at = 0; at <= text.length; at++) {
    agrees(text.slice(0, at));
    for (const character of ['"', '{', '}', ',', '0', '.', '\\', 'e', '-', ' ', '\t'])
      agrees(text.slice(0, at) + character + text.slice(at + 1));
  }
});

test('what is not UTF-8 is refused at its byte', () => {
  expect(fault(Buffer.concat([Buffer.from('["ü'), Buffer.from([0xff]), Buffer.from('"]')]))).toMatchObject({
    byte: 4,
    line: 1,
    column: 4,
  });
});

test('a deep text is refused without bringing the process down', () => {
  expect(fault('['.repeat(100_000))?.code).toBe('MALFORMED_JSON');
  const nested = (levels: number, inside: string) => '{"a":'.repeat(levels) + inside + '}'.repeat(levels);
  const problem = 'expected at most 200 levels';
  expect(fault(nested(100_000, '1'))).toEqual({ code: 'MALFORMED_JSON', line: 1, column: 1001, byte: 1000, problem });
  expect(fault(nested(100_000, '{"__proto__":1}'))).toMatchObject({ problem });
});

test('brackets in strings are no levels', () => {
  const text = JSON.stringify({ a: '['.repeat(500), b: `\\"${'{'.repeat(500)}\\\\`, c: [[]] });
  expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
});

test('members named __proto__ are refused, however they are written', () => {
  expect(fault('{"a": {"__proto__": {"admin": true}}}')?.code).toBe('BAD_INPUT');
  expect(fault('{"\\u005f_proto__": 1}')?.code).toBe('BAD_INPUT');
  expect(fault('{"text": "__proto__\\": is a word"}')).toBeUndefined();
});

test('a byte order mark is no fault', () => {
  expect(parseJson(Buffer.from('\uFEFF{"a":1}'))).toEqual({ a: 1 });
});
