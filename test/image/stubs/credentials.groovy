package com.cloudbees.plugins.credentials

import java.util.concurrent.CopyOnWriteArrayList

enum CredentialsScope { SYSTEM, GLOBAL, USER }

class SystemCredentialsProvider {
    private static final SystemCredentialsProvider INSTANCE = new SystemCredentialsProvider()
    final List credentials = new CopyOnWriteArrayList()
    int saves = 0

    static SystemCredentialsProvider getInstance() { INSTANCE }

    void save() { saves++ }
}
