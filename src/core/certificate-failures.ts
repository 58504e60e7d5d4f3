/** Why a connection was not made though somebody answers: the certificate shown there is not believed. */
export const certificateFailures = {
  expired: 'certificate expired',
  early: 'certificate not valid yet',
  otherName: 'certificate of another name',
  untrusted: 'certificate not trusted',
} as const;

// OpenSSL's X509_V_ERR_… and Node's own, as Node names them in an error's code.
const codes: Readonly<Record<string, (typeof certificateFailures)[keyof typeof certificateFailures]>> = {
  CERT_HAS_EXPIRED: certificateFailures.expired,
  CERT_NOT_YET_VALID: certificateFailures.early,
  ERR_TLS_CERT_ALTNAME_INVALID: certificateFailures.otherName,
  CERT_SIGNATURE_FAILURE: certificateFailures.untrusted,
  CERT_UNTRUSTED: certificateFailures.untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: certificateFailures.untrusted,
  INVALID_CA: certificateFailures.untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: certificateFailures.untrusted,
  UNABLE_TO_GET_ISSUER_CERT: certificateFailures.untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificateFailures.untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificateFailures.untrusted,
};

/** What an error's code says of a certificate; undefined: nothing. */
export function certificateFailure(code: string): string | undefined {
  return codes[code];
}
