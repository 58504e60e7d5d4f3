package jenkins.security

class HashedToken {
    String uuid
    String name
    String value
}

class ApiTokenStore {
    final List<HashedToken> tokens = []

    Collection<HashedToken> getTokenListSortedByName() { tokens.sort(false) { it.name } }
}

class ApiTokenProperty {
    final ApiTokenStore tokenStore = new ApiTokenStore()

    /** With the checks of the real one: version 11 and 32 hexadecimal digits. */
    String addFixedNewToken(String name, String tokenPlainValue) throws IOException {
        if (!(tokenPlainValue ==~ /11[0-9a-f]{32}/)) throw new IllegalArgumentException('not a fixed token')
        def token = new HashedToken(uuid: "uuid-${tokenStore.tokens.size()}", name: name, value: tokenPlainValue)
        tokenStore.tokens << token
        token.uuid
    }

    void revokeToken(String tokenUuid) throws IOException { tokenStore.tokens.removeAll { it.uuid == tokenUuid } }
}
