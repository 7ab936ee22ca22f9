import { badInput } from '@annex/schema';

/** A person's name without space around it. @throws AnnexError BAD_INPUT naming the field */
export function checkedName(field: string, given: string): string {
  const name = given.trim();
  if (name.length < 1 || name.length > 200 || /\p{Cc}/u.test(name)) {
    throw badInput(field, given.slice(0, 64), 'must have 1 to 200 characters on one line');
  }
  return name;
}

/** An address in lower case: two spellings of one mailbox are one person. @throws AnnexError BAD_INPUT naming the field */
export function checkedEmail(field: string, given: string): string {
  const email = given.trim().toLowerCase();
  if (email.length > 254 || !/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/.test(email)) {
    throw badInput(field, given.slice(0, 64), 'must be an electronic mail address, such as ada@example.org');
  }
  return email;
}
