import type { IncomingHttpHeaders } from 'node:http';
import { certificateFailure } from '../core/certificate-failures.ts';
import { type Problem, ProblemError, type ProblemKind } from '../core/problem.ts';
import { safeLine } from '../terminal/safe-text.ts';

/** What was asked: for the sentence and the source of a problem. */
export interface Asked {
  readonly slot: string;
  /** `/queue/api/json` */
  readonly path: string;
  /** `10.0.1.7:8080` */
  readonly address: string;
  /** The road's description: `directly`, `through http://…`. */
  readonly road: string;
}

/** The shape in which Node and the `jenkins` package throw. */
interface Thrown {
  message?: string;
  code?: string;
  isTimeout?: boolean;
  isCodec?: boolean;
  res?: { statusCode?: number; headers?: IncomingHttpHeaders };
}

/** A master that is not ready yet: it answers 503 on every path until its start-up scripts are done. */
export const booting = 'booting';

/** Turns what a request to a master threw into a {@link Problem}. */
export function jenkinsProblem(error: unknown, asked: Asked): Problem {
  if (error instanceof ProblemError) return error.problem;
  const thrown: Thrown = typeof error === 'object' && error !== null ? error : { message: String(error) };
  const status = thrown.res?.statusCode;
  const problem = (kind: ProblemKind, message: string, advice: string, code?: string): Problem => ({
    kind,
    source: `jenkins ${asked.slot} ${asked.path}`,
    message,
    advice,
    ...(code === undefined ? {} : { code }),
  });
  if (thrown.isTimeout) {
    return problem('timeout', `slot ${asked.slot} does not answer in time`, roadAdvice(asked));
  }
  if (thrown.isCodec) return nonsense(asked, 'an answer that is not JSON');
  if (status !== undefined) return answered(status, thrown.res?.headers ?? {}, asked, problem);
  const code = thrown.code ?? '';
  const certificate = certificateFailure(code);
  if (certificate !== undefined) {
    return problem(
      'unreachable',
      `no connection to ${asked.address} ${asked.road}: ${certificate}`,
      'if an authority of yours issued it, trust it with JDCI_CA_BUNDLE',
      code,
    );
  }
  return problem(
    'unreachable',
    `no connection to ${asked.address} ${asked.road}: ${socketWords[code] ?? safeLine(thrown.message ?? code)}`,
    roadAdvice(asked),
    code || undefined,
  );
}

/** An answer that a Jenkins does not give. */
export function nonsense(asked: Asked, what: string): Problem {
  return {
    kind: 'nonsense',
    source: `jenkins ${asked.slot} ${asked.path}`,
    message: `slot ${asked.slot} gave ${what}`,
    advice: `something between here and ${asked.address} answers for it: check --proxy, and what listens on that port`,
  };
}

const socketWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'cut off',
  EPIPE: 'cut off',
  EHOSTUNREACH: 'no route',
  ENETUNREACH: 'no route',
  ENOTFOUND: 'unknown name',
  EAI_AGAIN: 'the name cannot be looked up now',
  ETIMEDOUT: 'no answer',
};

function roadAdvice(asked: Asked): string {
  return asked.road === 'directly'
    ? 'reach the private network by VPN, or give --proxy (ssh -D makes a socks5 one)'
    : 'check that the proxy runs and that MasterAccessCidr lets it in';
}

function answered(
  status: number,
  headers: IncomingHttpHeaders,
  asked: Asked,
  problem: (kind: ProblemKind, message: string, advice: string, code?: string) => Problem,
): Problem {
  const { slot, address, road } = asked;
  const proxyError = headers['x-jdci-proxy-error'];
  if (proxyError !== undefined || status === 502 || status === 504) {
    const words = proxyError === undefined ? `it answers ${status}` : safeLine(String(proxyError));
    return problem('unreachable', `no way to ${address} ${road}: ${words}`, roadAdvice(asked), String(status));
  }
  switch (status) {
    case 401:
      return problem(
        'auth',
        `slot ${slot} does not accept the viewer's token`,
        'the secret was changed after this master started: replace its task, so that it reads the secret again',
        '401',
      );
    case 403:
      return problem(
        'denied',
        `slot ${slot} lets the viewer not read ${asked.path}`,
        'give the viewer read access',
        '403',
      );
    case 407:
      return problem(
        'auth',
        `the proxy asks for credentials (${road})`,
        'put them into --proxy: http://USER:PASSWORD@…',
        '407',
      );
    case 503:
      return problem('unreachable', booting, 'nothing to do: it answers once its start-up is done', '503');
    default:
      return nonsense(asked, `status ${status} for ${asked.path}`);
  }
}
