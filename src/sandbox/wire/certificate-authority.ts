import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

/** When a certificate is valid, milliseconds since the epoch. */
export interface ValidityTimes {
  readonly fromMs: number;
  readonly toMs: number;
}

// Whoever checks it goes by the wall clock, or by farm time, which may run centuries ahead: RFC 5280's last date (4.1.2.5).
const always: ValidityTimes = { fromMs: Date.UTC(2000, 0, 1), toMs: Date.UTC(9999, 11, 31, 23, 59, 59) };

/** As many names as are kept ready; who asks for more is making them up. */
const keptNames = 100;

const commonName = '2.5.4.3';
/** The longest common name of X.520; what is longer stands in the alternative names only. */
const commonNameLength = 64;
/** ecdsa-with-SHA256, RFC 5758. */
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: SubjectPublicKeyInfo;
}

/** An authority of the sandbox's own. Its key never leaves the process, so its certificate is worth nothing after it. */
export class CertificateAuthority {
  /** The certificate to trust, PEM. */
  readonly certificate: string;
  readonly #keys = newKeys();
  readonly #name = nameOf('jdci-tui sandbox');
  readonly #contexts = new Map<string, SecureContext>();

  constructor() {
    this.certificate = pem(
      this.#signed(this.#name, this.#keys.publicKey, always, [
        extension(id_ce_basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
        extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign), true),
      ]),
    );
  }

  /** A server's certificate for a DNS name or an address, with its private key; both PEM. */
  issue(host: string, validity = always): { readonly cert: string; readonly key: string } {
    const keys = newKeys();
    const name = isIP(host) ? new GeneralName({ iPAddress: host }) : new GeneralName({ dNSName: host });
    const certificate = this.#signed(nameOf(host), keys.publicKey, validity, [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: false }), true),
      extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
      extension(id_ce_subjectAltName, new SubjectAlternativeName([name])),
    ]);
    return { cert: pem(certificate), key: String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
  }

  /** What a server needs to be that host; made once. */
  contextFor(host: string): SecureContext {
    const key = host.toLowerCase();
    const known = this.#contexts.get(key);
    if (known) return known;
    if (this.#contexts.size >= keptNames) this.#contexts.clear();
    // Classic load balancers speak no newer TLS.
    const context = createSecureContext({ ...this.issue(key), maxVersion: 'TLSv1.2' });
    this.#contexts.set(key, context);
    return context;
  }

  #signed(
    subject: Name,
    publicKey: SubjectPublicKeyInfo,
    { fromMs, toMs }: ValidityTimes,
    of: Extension[],
  ): Certificate {
    const signature = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
    const tbsCertificate = new TBSCertificate({
      version: Version.v3,
      serialNumber: serialNumber(),
      signature,
      issuer: this.#name,
      validity: new Validity({ notBefore: new Date(fromMs), notAfter: new Date(toMs) }),
      subject,
      subjectPublicKeyInfo: publicKey,
      extensions: new Extensions([
        ...of,
        extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(keyIdentifier(publicKey))),
        extension(
          id_ce_authorityKeyIdentifier,
          new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(keyIdentifier(this.#keys.publicKey)) }),
        ),
      ]),
    });
    return new Certificate({
      tbsCertificate,
      signatureAlgorithm: signature,
      signatureValue: exactly(sign('sha256', Buffer.from(AsnConvert.serialize(tbsCertificate)), this.#keys.privateKey)),
    });
  }
}

/** On P-256: made in less than a millisecond, an RSA key in a hundred. */
function newKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey,
    publicKey: AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo),
  };
}

function nameOf(text: string): Name {
  const type = commonName;
  const value = new AttributeValue({ utf8String: text.slice(0, commonNameLength) });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })])]);
}

/** 16 random bytes that make a positive number in so many bytes. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return exactly(bytes);
}

/** RFC 5280, 4.2.1.2, method 1. */
function keyIdentifier(publicKey: SubjectPublicKeyInfo): ArrayBuffer {
  return exactly(createHash('sha1').update(Buffer.from(publicKey.subjectPublicKey)).digest());
}

function extension(extnID: string, value: object, critical = false): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function pem(certificate: Certificate): string {
  const lines =
    Buffer.from(AsnConvert.serialize(certificate))
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** A buffer's own bytes: small ones share their memory with others. */
function exactly(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
