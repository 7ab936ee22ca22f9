import { extractOf } from './extract.ts';

const body =
  'People come and go. Accounts of leavers are closed within a day.\nThe owner looks every month. Nothing else is said.';

it('shows the sentence that has most of the words, whatever their endings, and what follows it', () => {
  expect(extractOf(body, 'leaver account')).toMatch(/^Accounts of leavers are closed within a day\. The owner/);
});

it('shows the beginning where no word is in it, and nothing of nothing', () => {
  expect(extractOf(body, 'zeppelin')).toMatch(/^People come and go\./);
  expect(extractOf('', 'zeppelin')).toBeNull();
});

it('stays short, whole words and whole letters, however long the sentence', () => {
  const long = extractOf(`${'wordy '.repeat(200)}end.`, 'end') ?? '';
  expect(long.length).toBeLessThanOrEqual(240);
  expect(long).toMatch(/wordy …$/);
  const letters = extractOf('🔒'.repeat(500), 'x') ?? '';
  expect(letters.isWellFormed()).toBe(true);
  expect(letters.length).toBeLessThanOrEqual(242);
});
