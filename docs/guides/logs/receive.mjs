// A webhook receiver to try things with: prints each event whose signature is good. Node alone, no packages.
// node docs/guides/logs/receive.mjs SECRET [PORT]
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const [secret = '', port = '4999'] = process.argv.slice(2);
const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

function isSigned(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given = '' } = headers;
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`);
  return given.split(' ').some((one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected));
}

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    if (!isSigned(request.headers, body)) {
      console.log('NOT SIGNED, not read');
      response.writeHead(401).end();
      return;
    }
    const { type, data } = JSON.parse(body);
    for (const row of data.rows) console.log('signed', type, row.reference, row.status, '-', row.title);
    response.writeHead(204).end();
  });
});
server.listen(Number(port), '127.0.0.1', () => console.log('listening'));
