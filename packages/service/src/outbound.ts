import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AnnexError } from '@annex/schema';

/** Which addresses outbound calls may reach beside the public ones. */
export type PrivateAddresses = 'refuse' | 'loopback' | 'allow';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** What is not on the public internet, by IANA's special-purpose registries. */
const notPublic = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  notPublic.addSubnet(network, prefix, 'ipv4');
}
/** Of IPv6 only 2000::/3 is given out; within it some blocks lead elsewhere. */
const notPublic6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic6.addSubnet(network, prefix, 'ipv6');
}
const unicast6 = new BlockList();
unicast6.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address may be called. IPv4 addresses written as IPv6 are judged as what they are. */
export function mayCall(address: string, allowed: PrivateAddresses): boolean {
  if (allowed === 'allow') return true;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(plain) === 0) return false;
  if (allowed === 'loopback' && loopback.check(plain, family)) return true;
  if (family === 'ipv4') return !notPublic.check(plain, 'ipv4');
  return unicast6.check(plain, 'ipv6') && !notPublic6.check(plain, 'ipv6');
}

const refused = (what: string) =>
  new AnnexError('ADDRESS_REFUSED', `${what} is not a public address`, { details: { address: what } });

export interface OutboundAnswer {
  readonly status: number;
  /** The first 2,000 characters. */
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The one client for calls out of the installation. It follows no redirects and judges the address that it connects to. */
export interface OutboundClient {
  /**
   * Refuses what can be seen to be wrong without calling: not http(s), credentials in the URL, a private address.
   * @throws AnnexError BAD_INPUT, ADDRESS_REFUSED
   */
  check(url: string, field: string): void;
  /** @throws AnnexError ADDRESS_REFUSED; Error when there is no answer within the time */
  post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<OutboundAnswer>;
  close(): Promise<void>;
}

/** @param options.timeoutMs for connecting and for the answer each; 15 s unless told */
export function createOutboundClient(options: { allowed: PrivateAddresses; timeoutMs?: number }): OutboundClient {
  const { allowed, timeoutMs = 15_000 } = options;
  // The name is judged when it is resolved for this very connection: a name that changes its address is no way around.
  const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
    resolveName(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error) return callback(error, [], 4);
      const good = addresses.filter((found) => mayCall(found.address, allowed));
      const [first] = good;
      if (!first) return callback(refused(hostname) as unknown as NodeJS.ErrnoException, [], 4);
      if (lookupOptions.all) return callback(null, good);
      callback(null, first.address, first.family);
    });
  };
  // Loaded with the first call: it is large, and a start that calls nobody need not wait for it.
  const open = async () => {
    const { Agent, request } = await import('undici');
    const agent = new Agent({
      connect: { lookup, timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connections: 4,
      pipelining: 1,
    });
    return { agent, request };
  };
  let opened: ReturnType<typeof open> | undefined;

  const check = (url: string, field: string) => {
    const fault = (allowedText: string) =>
      new AnnexError('BAD_INPUT', `${field}: ${allowedText}`, {
        faults: [{ field, given: url, allowed: allowedText }],
      });
    if (!URL.canParse(url)) throw fault('an absolute http or https URL');
    const parsed = new URL(url);
    if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') throw fault('an http or https URL');
    if (parsed.username || parsed.password) throw fault('a URL without a user name or password in it');
    const host = parsed.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) && !mayCall(host, allowed)) throw refused(host);
    if (allowed === 'refuse' && (host === 'localhost' || host.endsWith('.localhost'))) throw refused(host);
  };

  return {
    check,
    async post(url, body, headers) {
      check(url, 'url');
      opened ??= open();
      const { agent, request } = await opened;
      const answer = await request(url, {
        method: 'POST',
        body,
        headers: { ...headers },
        dispatcher: agent,
        signal: AbortSignal.timeout(timeoutMs * 2),
      });
      let text = '';
      for await (const chunk of answer.body) {
        text += Buffer.from(chunk as Uint8Array).toString('utf8');
        if (text.length >= 2000) break;
      }
      return { status: answer.statusCode, text: text.slice(0, 2000), headers: answer.headers };
    },
    async close() {
      await (await opened)?.agent.close();
    },
  };
}
