package com.cloudbees.jenkins.plugins.sshcredentials.impl

import com.cloudbees.plugins.credentials.CredentialsScope
import hudson.util.Secret

class BasicSSHUserPrivateKey {
    final CredentialsScope scope
    final String id
    final String username
    final PrivateKeySource privateKeySource
    final String description

    BasicSSHUserPrivateKey(CredentialsScope scope, String id, String username, PrivateKeySource privateKeySource,
                           String passphrase, String description) {
        this.scope = scope
        this.id = id
        this.username = username
        this.privateKeySource = privateKeySource
        this.description = description
    }

    static abstract class PrivateKeySource {}

    static class DirectEntryPrivateKeySource extends PrivateKeySource {
        final String key

        DirectEntryPrivateKeySource(String privateKey) { key = privateKey }

        DirectEntryPrivateKeySource(Secret privateKey) { key = privateKey.plainText }

        DirectEntryPrivateKeySource(List<String> privateKeys) { key = privateKeys.join() }
    }
}
