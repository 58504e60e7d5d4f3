import { execFile, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type CheckedTools, checkedTools } from './checked-tools.ts';
import { type PythonTools, pythonTools } from './python.ts';

const checked = await checkedTools();
const python = await pythonTools();
const noCurl = spawnSync('curl', ['--version']).error !== undefined;

// The version of `requests` that moto brings. A strict check asks for all that RFC 5280 does.
const get = `
import json, ssl, sys, requests, requests.adapters
url, bundle, proxy = sys.argv[1:]
class Strict(requests.adapters.HTTPAdapter):
    def proxy_manager_for(self, proxy, **more):
        context = ssl.create_default_context(cafile=bundle)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return super().proxy_manager_for(proxy, ssl_context=context, **more)
session = requests.Session()
session.mount('https://', Strict())
answer = session.get(url, proxies={'https': proxy}, verify=bundle, allow_redirects=False)
print(json.dumps([answer.status_code, answer.headers.get('x-jenkins')]))
try:
    requests.get(url, proxies={'https': proxy})
except requests.exceptions.SSLError as error:
    print(json.dumps('CERTIFICATE_VERIFY_FAILED' in str(error)))
`;

/** Clients that nobody here wrote, through the proxy to a listener with a certificate. */
describe.skipIf(typeof checked === 'string')('a front door with TLS', () => {
  let sandbox: Sandbox;
  let tools: CheckedTools;
  let url: string;
  beforeAll(async () => {
    if (typeof checked === 'string') return;
    sandbox = await startSandbox({ seed: 11, farm: true, speed: 10 });
    tools = checked(sandbox.environment);
    const [balancer] = await tools.query<{ LoadBalancerName: string; DNSName: string }[]>(
      'LoadBalancerDescriptions',
      ...['elb', 'describe-load-balancers'],
    );
    url = `https://${balancer?.DNSName.toLowerCase()}/login`;
    const certificate = 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';
    const listener = `Protocol=HTTPS,LoadBalancerPort=443,InstanceProtocol=HTTP,InstancePort=8080,SSLCertificateId=${certificate}`;
    const created = await tools.aws(
      ...['elb', 'create-load-balancer-listeners', '--load-balancer-name', balancer?.LoadBalancerName ?? ''],
      ...['--listeners', listener],
    );
    expect(created).toMatchObject({ code: 0, stderr: '' });
  });
  afterAll(async () => {
    tools?.close();
    await sandbox?.close();
  });

  /** How it ends, and what it writes of the answer. */
  function curl(...options: string[]): Promise<{ code: unknown; stdout: string }> {
    const written = ['--output', '/dev/null', '--write-out', '%{http_code}'];
    const args = ['--silent', '--max-time', '10', '--proxy', sandbox.environment.JDCI_PROXY ?? '', ...written];
    return new Promise((resolve) => {
      execFile('curl', [...args, ...options], (error, stdout) => resolve({ code: error?.code ?? 0, stdout }));
    });
  }

  it.skipIf(noCurl)('is a master’s sign-in page for curl, with the bundle that the sandbox hands over', async () => {
    const { JDCI_CA_BUNDLE = '' } = sandbox.environment;
    expect(await curl('--cacert', JDCI_CA_BUNDLE, url)).toEqual({ code: 0, stdout: '200' });
    // CURLE_PEER_FAILED_VERIFICATION
    expect(await curl(url)).toMatchObject({ code: 60 });
  });

  it('is one for Python’s requests too, by the strictest check that OpenSSL has', async () => {
    const { JDCI_PROXY = '', JDCI_CA_BUNDLE = '' } = sandbox.environment;
    const { code, stdout, stderr } = await (python as PythonTools).run('python', [
      ...['-c', get, url, JDCI_CA_BUNDLE, JDCI_PROXY],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [answer, refused] = stdout.trim().split('\n');
    expect(JSON.parse(answer ?? '')).toEqual([200, expect.stringMatching(/^\d+\.\d+/)]);
    expect(refused).toBe('true');
  });
});
