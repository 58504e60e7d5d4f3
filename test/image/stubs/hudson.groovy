// Stubs of what the boot steps use of Jenkins core: the signatures of 2.580, and what was done with them is kept.
package hudson

class EnvVars {
    static final Map<String, String> masterEnvVars = new TreeMap<>(System.getenv())
}

class ExtensionList<T> extends ArrayList<T> {
    private static final Map<Class, ExtensionList> LISTS = [:]

    static <T> ExtensionList<T> lookup(Class<T> type) {
        LISTS.computeIfAbsent(type) { new ExtensionList() }
    }
}
