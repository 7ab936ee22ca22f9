import type { AddressInfo } from 'node:net';
import type { TestCaller } from '@annex/service/testing';
import type { Scenario } from './scenario.ts';

/** What an import answers with. */
interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into what it gets
  readonly body: any;
}

/** Imports editions of own catalogues as people do: over HTTP, the body being the file. */
export async function importing(scenario: Scenario) {
  await scenario.service.app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(scenario.service.app.server.address() as AddressInfo).port}`;
  return async (query: string, body: BodyInit, caller?: TestCaller): Promise<Answer> => {
    const token = await scenario.signer.request(scenario.requestInfo(caller)).for('controls');
    const answer = await fetch(`${url}/catalogues?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      body,
    });
    return { status: answer.status, body: await answer.json() };
  };
}

/** Three editions of house rules. From the first to the second something of each kind happens; the third puts back together what was split. */
export const houseRules = {
  1: `number,title,parent,kind,text
ACC,Access,,group,
ACC-1,Accounts,ACC,,Every account has an owner.
ACC-2,Passwords,ACC,,Passwords are long.
ACC-3,Tokens,ACC,,Tokens are taken back.
NET-1,Networks,,,Networks are divided and watched.
FAX-1,Fax machines,,,Nothing lies in the tray.
KEEP-1,Visitors,,,Visitors are met at the door.
`,
  2: `number,title,parent,kind,text,replaces
ACC,Access,,group,,
ACC-1,Accounts,ACC,,Every account has an owner and an end.,
AUTH-1,Authentication,ACC,,Passwords are long and tokens are taken back.,ACC-2; ACC-3
NET-1,Divided networks,,,Networks are divided.,NET-1
NET-2,Watched networks,,,Networks are watched.,NET-1
KEEP-1,Visitors,,,Visitors are  met at the door.,
AI-1,Assistants,,,Nothing secret is told to them.,-
`,
  3: `number,title,text,replaces
ACC-1,Accounts,Every account has an owner and an end.,
AUTH-1,Authentication,Passwords are long and tokens are taken back.,
NET-1,Networks,Networks are divided and watched.,NET-1;NET-2
VIS-1,Visitors,Visitors are met at the door.,KEEP-1
AI-1,Assistants,Nothing secret is told to them.,
`,
} as const;
