import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { HttpsProxyAgent } from 'https-proxy-agent';
import { CommandError, exitCode } from '../core/exit.ts';

/** Whose certificates are believed; made when the first connection needs it, for it takes 20 ms. */
export type Trust = () => SecureContext;

/**
 * Trust in the authorities of a PEM file besides those that Node knows and those of `NODE_EXTRA_CA_CERTS`, which a list of
 * authorities of one's own would otherwise replace. A file that cannot be used throws a {@link CommandError} of usage.
 */
export function trustWith(bundle: string, extra = process.env.NODE_EXTRA_CA_CERTS): Trust {
  const own = certificatesOf(bundle);
  let context: SecureContext | undefined;
  return () => {
    context ??= createSecureContext({ ca: [...rootCertificates, ...own, ...readable(extra)] });
    return context;
  };
}

/** Lets a proxy's agent believe by `trust` what it finds at the tunnel's end. */
export function trusting<A extends Pick<HttpsProxyAgent<string>, 'connect'>>(agent: A, trust: Trust | undefined): A {
  if (!trust) return agent;
  const connect = agent.connect.bind(agent);
  agent.connect = (request, options) =>
    connect(request, options.secureEndpoint ? { ...options, secureContext: trust() } : options);
  return agent;
}

const block = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

function certificatesOf(file: string): string[] {
  const problem = (what: string) =>
    new CommandError(
      `JDCI_CA_BUNDLE ${file}: ${what}; expected a PEM file of certificate authorities, or unset it`,
      exitCode.usage,
    );
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw problem(code === 'ENOENT' ? 'no such file' : `it cannot be read (${code})`);
  }
  const found = text.match(block) ?? [];
  if (found.length === 0) throw problem('no certificate is in it');
  for (const [index, one] of found.entries()) {
    try {
      new X509Certificate(one);
    } catch {
      throw problem(`its certificate ${index + 1} cannot be understood`);
    }
  }
  return found;
}

/** Node itself only warns when this file cannot be read. */
function readable(file: string | undefined): string[] {
  if (!file) return [];
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}
