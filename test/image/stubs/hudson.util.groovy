package hudson.util

class Secret {
    final String plainText

    private Secret(String plainText) { this.plainText = plainText }

    static Secret fromString(String data) { new Secret(data) }
}
