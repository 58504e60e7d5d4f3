import { certificateFailures } from '../core/certificate-failures.ts';
import type { Judgement } from './finding.ts';
import type { Farm } from './joined.ts';
import { fresh } from './reading.ts';
import type { Snapshot } from './snapshot.ts';

/** So many failures in a row are an outage and not a hiccup. */
const outageLength = 3;

/** What to do about a certificate that is not believed; nothing here is a hiccup that passes. */
const certificateAdvice: Readonly<Record<string, string>> = {
  [certificateFailures.expired]: 'renew the certificate that CertificateArn names, or give another with `provision`',
  [certificateFailures.early]: 'compare the clock of this machine with the certificate that CertificateArn names',
  [certificateFailures.otherName]: 'CertificateArn must name a certificate for DnsName: give another with `provision`',
  [certificateFailures.untrusted]: 'if an authority of yours issued it, trust it with JDCI_CA_BUNDLE',
};

/** What users of the front door meet: the balancer's own view, and this program's own requests. */
export function doorFindings(snapshot: Snapshot, farm: Farm): readonly Judgement[] {
  const balancer = fresh(snapshot.balancer);
  if (!balancer) return [];
  const { door } = farm;
  if (door.inService === 0) {
    const reasons = [...new Set(balancer.instances.map((one) => one.description).filter((text) => text !== 'N/A'))];
    const why = balancer.instances.length === 0 ? 'no host is registered' : (reasons[0] ?? 'all are out of service');
    return [
      {
        id: 'door-closed',
        severity: 'critical',
        subject: 'front door',
        message: `no host is in service behind ${balancer.name}: ${why}`,
        advice: 'users get 503 until a master passes its health check: see the slots below',
      },
    ];
  }
  const recent = fresh(snapshot.probe)?.recent ?? [];
  const last = recent.at(-1);
  if (!last || last.ok) return [];
  const failed = recent.length - 1 - recent.findLastIndex((sample) => sample.ok);
  const certificate = certificateAdvice[last.outcome];
  if (certificate) {
    return [
      {
        id: 'door-certificate',
        // An expired one stops every user. One that is not trusted here may be trusted where the users are.
        severity: last.outcome === certificateFailures.expired ? 'critical' : 'warning',
        subject: 'front door',
        message: `${balancer.frontDoorUrl} is not believed: ${last.outcome}`,
        since: recent[recent.length - failed]?.at ?? last.at,
        advice: certificate,
      },
    ];
  }
  const answered = /^\d+$/.test(last.outcome);
  const lasts = failed >= outageLength;
  return [
    {
      id: 'door-failing',
      // An answer of 5xx is what every user gets. No answer at all may be this machine's own network.
      severity: answered && lasts ? 'critical' : 'warning',
      subject: 'front door',
      message: answered
        ? `${balancer.frontDoorUrl} answers ${last.outcome}${lasts ? ` (${failed} times in a row)` : ''}`
        : `${balancer.frontDoorUrl} cannot be reached from here: ${last.outcome}`,
      since: recent[recent.length - failed]?.at ?? last.at,
      advice: answered
        ? 'a host is in service, so see whether its master is about to fail its health check'
        : 'the balancer has hosts in service: check OperatorCidr and the network of this machine',
    },
  ];
}
