import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOutboundClient, mayCall } from '../src/outbound.ts';

describe('addresses that may be called', () => {
  it('are the public ones', () => {
    for (const address of ['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111'])
      expect(mayCall(address, 'refuse')).toBe(true);
  });

  it('are not private, loopback, link-local, metadata, multicast, documentation or mapped ones', () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      'fd12::1',
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '64:ff9b::7f00:1',
      '2001:db8::1',
      '2002:7f00:1::',
      'ff02::1',
      'no address',
    ]) {
      expect([address, mayCall(address, 'refuse')]).toEqual([address, false]);
    }
  });

  it('include loopback alone where only that is allowed', () => {
    expect(mayCall('127.0.0.1', 'loopback')).toBe(true);
    expect(mayCall('::1', 'loopback')).toBe(true);
    expect(mayCall('::ffff:127.0.0.1', 'loopback')).toBe(true);
    expect(mayCall('10.0.0.1', 'loopback')).toBe(false);
  });
});

describe('the outbound client', () => {
  it.each([
    ['file:///etc/passwd', 'BAD_INPUT'],
    ['not a url', 'BAD_INPUT'],
    ['http://user:secret@example.org/', 'BAD_INPUT'],
    ['http://127.0.0.1:9/', 'ADDRESS_REFUSED'],
    ['http://[::1]:9/', 'ADDRESS_REFUSED'],
    ['http://0x7f000001/', 'ADDRESS_REFUSED'],
    ['http://2130706433/', 'ADDRESS_REFUSED'],
    ['http://localhost:9/', 'ADDRESS_REFUSED'],
    ['http://metadata.localhost/', 'ADDRESS_REFUSED'],
  ])('refuses %s', async (url, code) => {
    const client = createOutboundClient({ allowed: 'refuse' });
    expect(() => client.check(url, 'input.url')).toThrow(expect.objectContaining({ code }));
    await client.close();
  });

  it('judges the address that a name resolves to when it connects', async () => {
    const server = createServer((_, response) => response.end('reached')).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    const open = createOutboundClient({ allowed: 'loopback' });
    expect(await open.post(`http://localhost:${port}/`, '{}', {})).toMatchObject({ status: 200, text: 'reached' });
    await open.close();
    server.close();
  });

  it('follows no redirect', async () => {
    const server = createServer((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    const client = createOutboundClient({ allowed: 'loopback' });
    expect(await client.post(`http://127.0.0.1:${port}/`, '{}', {})).toMatchObject({ status: 302 });
    await client.close();
    server.close();
  });
});
