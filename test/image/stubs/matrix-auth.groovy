package org.jenkinsci.plugins.matrixauth

class PermissionEntry {
    private final String text

    private PermissionEntry(String text) { this.text = text }

    static PermissionEntry user(String sid) { new PermissionEntry("user:${sid}") }

    static PermissionEntry group(String sid) { new PermissionEntry("group:${sid}") }

    String toString() { text }
}
