import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { services } from '../../../src/sandbox/services.ts';
import { serve } from './serving.ts';

let sandbox: Awaited<ReturnType<typeof serve>>;
let before: string;
const sockets = new Set<Socket>();
beforeAll(async () => {
  sandbox = await serve(services);
  before = await stateHash();
});
afterAll(async () => {
  expect(await stateHash()).toBe(before);
  expect(sandbox.reports).toEqual([]);
  for (const socket of sockets) socket.destroy();
  await sandbox.close();
});

async function stateHash(): Promise<string> {
  const { value } = await sandbox.control('state', {});
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

const key = 'SANDBOX000000000000';
const signature = (service: string, region = 'eu-west-1') =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
const json = { 'content-type': 'application/x-amz-json-1.1' };
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const target = (operation: string) => ({ ...json, 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}` });

interface Sent {
  service?: string;
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** Status, then code and sentence however the protocol carries them. */
async function send({ service, method = 'POST', path = '/', headers = {}, body }: Sent) {
  const response = await fetch(`${sandbox.url}${path}`, {
    method,
    headers: { ...(service ? { authorization: signature(service) } : {}), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const xml = /<Code>(.*)<\/Code>\s*<Message>(.*?)<\/Message>/s.exec(text);
  if (xml) return `${response.status} ${xml[1]}: ${xml[2]?.replaceAll('&apos;', "'").replaceAll('&quot;', '"')}`;
  if (!text.startsWith('{')) return `${response.status} ${text.trim()}`;
  const { __type, message } = JSON.parse(text) as Record<string, string>;
  return __type ? `${response.status} ${__type}: ${message}` : `${response.status}`;
}

/** What comes back over a plain socket until it has `answers` answers or is closed. */
function exchange(pieces: readonly (string | Buffer)[], answers = 1): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(sandbox.port, '127.0.0.1');
    sockets.add(socket);
    let text = '';
    const end = () => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if ((text.match(/HTTP\/1\.1 [2-5]\d\d /g) ?? []).length >= answers && /\r\n\r\n.*[}>]\s*$/s.test(text)) end();
    });
    socket.on('close', end);
    socket.on('error', reject);
    for (const piece of pieces) socket.write(piece);
  });
}

const head = (...lines: string[]) =>
  [
    'POST / HTTP/1.1',
    'Host: x',
    `Authorization: ${signature('ecs')}`,
    'X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters',
    ...lines,
    '',
    '',
  ].join('\r\n');

describe('a request that no protocol of the service takes', () => {
  it.each([
    ['another method', { service: 'ecs', method: 'PUT', headers: target('ListClusters'), body: '{}' }],
    ['OPTIONS', { service: 'ecs', method: 'OPTIONS', headers: target('ListClusters') }],
    ['GET of a JSON service', { service: 'ecs', method: 'GET', headers: target('ListClusters') }],
    ['a form', { service: 'ecs', headers: { ...target('ListClusters'), ...form }, body: '{}' }],
    [
      'JSON 1.0',
      {
        service: 'ecs',
        headers: { ...target('ListClusters'), 'content-type': 'application/x-amz-json-1.0' },
        body: '{}',
      },
    ],
    [
      'CBOR',
      {
        service: 'logs',
        path: '/service/Logs_20140328/operation/DescribeLogGroups',
        headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
        body: new Uint8Array([0xa0]),
      },
    ],
    [
      'PUT of a form',
      { service: 'sts', method: 'PUT', headers: form, body: 'Action=GetCallerIdentity&Version=2011-06-15' },
    ],
    ['DELETE of EC2', { service: 'ec2', method: 'DELETE', path: '/?Action=DescribeInstances&Version=2016-11-15' }],
  ] satisfies [string, Sent][])('%s', async (_name, sent) => {
    expect(await send(sent)).toBe('404 <UnknownOperationException/>');
  });

  it('HEAD does nothing', async () => {
    const query = 'Action=CreateSecurityGroup&Version=2016-11-15&GroupName=g&GroupDescription=d';
    expect(await send({ service: 'ec2', method: 'HEAD', path: `/?${query}` })).toBe('404 ');
  });
});

describe('a malformed request', () => {
  it.each([
    ['truncated JSON', target('ListTasks'), '{"cluster":', /^400 SerializationException/],
    ['bytes that are no UTF-8', target('ListTasks'), new Uint8Array([0x7b, 0xff, 0x7d]), /^400 SerializationException/],
    ['NaN', target('ListTasks'), '{"maxResults":NaN}', /^400 SerializationException/],
    [
      'deep JSON',
      target('ListTasks'),
      `{"cluster":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      /^400 Serializ.*Start of list/,
    ],
    [
      'compressed',
      { ...target('ListTasks'), 'content-encoding': 'gzip' },
      gzipSync('{}'),
      /^400 SerializationException/,
    ],
    ['no target', json, '{}', /^400 UnknownOperationException/],
    ['a target without a dot', { ...json, 'x-amz-target': 'ListTasks' }, '{}', /^400 UnknownOperationException/],
    ['a target of another service', { ...json, 'x-amz-target': 'AmazonSSM.GetParameter' }, '{}', /^400 UnknownOper/],
    ['an operation of all objects', target('toString'), '{}', /^400 UnknownOperationException/],
  ])('JSON: %s', async (_name, headers, body, words) => {
    expect(await send({ service: 'ecs', headers, body })).toMatch(words);
  });

  it.each([
    ['sts', 'Action=GetCallerIdentity', /^400 InvalidAction: .* GetCallerIdentity for version NO_VERSION_SPECIFIED$/],
    ['sts', 'Action=&Version=2011-06-15', /^400 InvalidAction: Could not find operation {2}for version 2011-06-15$/],
    ['sts', 'Action=Nope&Action=GetCallerIdentity&Version=2011-06-15', /^400 InvalidAction: .* Nope for/],
    ['sts', 'Action=GetCallerIdentity&Action=Nope&Version=2011-06-15', /^200/],
    ['sts', 'Action=GetCallerIdentity&Version=2011-06-15&Version=2000-01-01&Unknown=x', /^200/],
    ['sts', 'Version=2011-06-15', /^400 MissingAction/],
    [
      'ec2',
      'Action=DescribeVpcs&Version=2016-11-15&DryRun=constructor',
      /^400 InvalidParameterValue: Value \(constructor\) for parameter dryRun is invalid\.$/,
    ],
    [
      'ec2',
      'Action=DescribeInstances&Version=2016-11-15&InstanceId=i-1',
      /^400 InvalidParameterValue: Value \(i-1\) for parameter instanceIds is invalid\.$/,
    ],
    ['ec2', 'Action=DescribeVpcs', /^400 MissingParameter: The request must contain the parameter Version$/],
    [
      'ec2',
      'Action=DescribeVpcs&Version=2000-01-01',
      /^400 NoSuchVersion: The requested version \(2000-01-01\) of service AmazonEC2 does not exist$/,
    ],
    [
      'cloudformation',
      'Action=DescribeStacks&Version=2010-05-15&StackName=first&StackName=second',
      /Stack with id first does not exist$/,
    ],
    ['autoscaling', 'Action=DescribeAutoScalingGroups&Version=2011-01-01&AutoScalingGroupNames.member.7=x', /^200/],
  ])('a form: %s %s', async (service, body, words) => {
    expect(await send({ service, headers: form, body })).toMatch(words);
  });

  it('a form whose parameters are partly in the query', async () => {
    const sent = { service: 'sts', headers: form, path: '/?Action=GetCallerIdentity', body: 'Version=2011-06-15' };
    expect(await send(sent)).toMatch(/^200/);
  });

  const namespace = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';
  it.each([
    [
      `<ChangeBatch ${namespace}/>`,
      '400 MalformedInput: ChangeBatch is not valid, expected ChangeResourceRecordSetsRequest',
    ],
    [
      '<ChangeResourceRecordSetsRequest/>',
      /^400 InvalidInput: Invalid XML ; cvc-elt\.1: Cannot find the declaration of element/,
    ],
    [
      `<?xml version="1.0"?><ChangeResourceRecordSetsRequest ${namespace}><ChangeBatch><Changes></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`,
      /^400 InvalidInput: Invalid XML ; cvc-complex-type\.2\.4\.b: The content of element 'Changes' is not complete\. One of '\{".*2013-04-01\/":Change\}' is expected\.$/,
    ],
    [`<ChangeResourceRecordSetsRequest ${namespace}><Cha`, /^400 MalformedXML/],
  ])('XML: %s', async (body, words) => {
    const sent = { service: 'route53', path: '/2013-04-01/hostedzone/Z1/rrset', body };
    if (typeof words === 'string') expect(await send(sent)).toBe(words);
    else expect(await send(sent)).toMatch(words);
  });

  it('a label that is too long, and a number that is none', async () => {
    const get = { service: 'route53', method: 'GET' };
    expect(await send({ ...get, path: `/2013-04-01/hostedzone/${'Z'.repeat(33)}` })).toMatch(
      /^400 InvalidInput: 1 validation error detected: Value 'Z+' at 'id' failed .* less than or equal to 32$/,
    );
    expect(await send({ ...get, path: '/2013-04-01/hostedzone?maxitems=many' })).toMatch(/^400 InvalidInput/);
  });
});

describe('a service that is not simulated', () => {
  it.each([
    ['s3', { service: 's3', method: 'GET' }, '501 NotImplemented: This sandbox has no service s3'],
    [
      'JSON',
      { service: 'dynamodb', headers: { ...json, 'x-amz-target': 'DynamoDB_20120810.ListTables' }, body: '{}' },
      '404 UnknownOperationException: This sandbox has no service dynamodb',
    ],
    [
      'a form',
      { service: 'sns', headers: form, body: 'Action=ListTopics&Version=2010-03-31' },
      '404 InvalidAction: This sandbox has no service sns',
    ],
    [
      'REST with JSON',
      { service: 'lambda', method: 'GET', path: '/2015-03-31/functions' },
      '404 UnknownOperationException: This sandbox has no service lambda',
    ],
    ['a name of all objects', { service: '__proto__', method: 'GET' }, /no service __proto__$/],
  ] satisfies [string, Sent, string | RegExp][])('in its protocol: %s', async (_name, sent, words) => {
    if (typeof words === 'string') expect(await send(sent)).toBe(words);
    else expect(await send(sent)).toMatch(words);
  });

  it('in CBOR', async () => {
    const response = await fetch(`${sandbox.url}/service/GraniteServiceVersion20100801/operation/ListMetrics`, {
      method: 'POST',
      headers: { authorization: signature('monitoring'), 'smithy-protocol': 'rpc-v2-cbor' },
      body: new Uint8Array([0xa0]),
    });
    expect([response.status, response.headers.get('smithy-protocol')]).toEqual([404, 'rpc-v2-cbor']);
    const { cbor } = await import('@smithy/core/cbor');
    expect(cbor.deserialize(new Uint8Array(await response.arrayBuffer()))).toEqual({
      __type: 'UnknownOperationException',
      message: 'This sandbox has no service monitoring',
    });
  });
});

describe('a signature', () => {
  const ask = (authorization: string) => send({ headers: { ...target('ListClusters'), authorization }, body: '{}' });

  it.each([
    ['garbage', /^400 MissingAuthenticationTokenException/],
    ['Basic Zm9vOmJhcg==', /^400 MissingAuthenticationTokenException/],
    [
      'AWS4-HMAC-SHA256 nothing',
      "400 IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256",
    ],
    [
      'AWS4-HMAC-SHA256 Credential=K/20260101/eu-west-1/ecs, SignedHeaders=host, Signature=0',
      "400 IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'K/20260101/eu-west-1/ecs'",
    ],
    [
      'AWS4-HMAC-SHA256 Credential=K/20260101/eu-west-1/ecs/aws5, SignedHeaders=host, Signature=0',
      "400 InvalidSignatureException: Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'.",
    ],
    [signature('ecs', 'us-east-1'), /^400 InvalidSignatureException: Credential should be scoped to a valid region/],
  ])('that cannot be read: %s', async (authorization, words) => {
    if (typeof words === 'string') expect(await ask(authorization)).toBe(words);
    else expect(await ask(authorization)).toMatch(words);
  });

  it('in the query lets in, or tells that the key is a real account’s', async () => {
    const presigned = (accessKey: string) =>
      send({
        method: 'GET',
        path: `/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${accessKey}/20260101/eu-west-1/sts/aws4_request`)}&X-Amz-SignedHeaders=host&X-Amz-Signature=0`,
      });
    expect(await presigned(key)).toMatch(/^200/);
    expect(await presigned('ASIAIOSFODNN7EXAMPLE')).toMatch(/^403 InvalidClientTokenId: This is a sandbox/);
  });
});

describe('HTTP', () => {
  it('takes a body in chunks with trailers', async () => {
    const chunks = '2\r\n{}\r\n0\r\nx-amz-checksum: abc\r\n\r\n';
    const answer = await exchange([head('Transfer-Encoding: chunked', 'Trailer: x-amz-checksum') + chunks]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*"clusterArns"/s);
  });

  it('answers requests that come before the answers to those before them', async () => {
    const answer = await exchange([`${head('Content-Length: 2')}{}`.repeat(3)], 3);
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(3);
  });

  it('tells a client that waits for it to go on', async () => {
    const answer = await exchange([head('Content-Length: 2', 'Expect: 100-continue'), '{}']);
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it.each([
    ['two lengths', [head('Content-Length: 2', 'Content-Length: 3'), '{} ']],
    ['a length and chunks', [head('Content-Length: 5', 'Transfer-Encoding: chunked'), '0\r\n\r\n']],
    ['a chunk without a size', [head('Transfer-Encoding: chunked'), 'zz\r\n{}\r\n0\r\n\r\n']],
    ['TLS', [Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])]],
    ['HTTP/2', ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']],
  ])('refuses %s', async (_name, pieces) => {
    expect(await exchange(pieces)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('goes on for others while a client never ends its body, and ends in spite of it', async () => {
    const other = await serve(services);
    const slow = connect(other.port, '127.0.0.1');
    const closed = new Promise((resolve) => slow.on('close', resolve));
    slow.on('error', () => undefined);
    await new Promise((resolve) => slow.write(`${head('Content-Length: 20')}{`, resolve));
    const { status } = await other.control('advance', { seconds: 60 });
    expect(status).toBe(200);
    await other.close();
    await closed;
  });

  it('reads a large body to its end before it refuses it', async () => {
    const body = `{"cluster":"${'x'.repeat(10_000_000)}"}`;
    expect(await send({ service: 'ecs', headers: target('ListTasks'), body })).toMatch(
      /^413 RequestEntityTooLargeException/,
    );
  });
});
