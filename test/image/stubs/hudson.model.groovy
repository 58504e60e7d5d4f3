package hudson.model

import hudson.security.Permission

interface Action {
    String getIconFileName()
    String getDisplayName()
    String getUrlName()
}

interface RootAction extends Action {}

class Item {
    static final Permission READ = new Permission('Job/Read')
}

class View {
    static final Permission READ = new Permission('View/Read')
}

class Node {
    enum Mode { NORMAL, EXCLUSIVE }
}

class Label {
    final String name

    Label(String name) { this.name = name }
}

class User {
    final String id
    String password
    int saves = 0
    private final List properties = [new jenkins.security.ApiTokenProperty()]

    User(String id) { this.id = id }

    def <T> T getProperty(Class<T> type) { (T) properties.find { type.isInstance(it) } }

    void save() { saves++ }
}

class DescribableList<T> {
    final List<T> items = []

    void replaceBy(Collection<? extends T> others) {
        items.clear()
        items.addAll(others)
    }
}

class FreeStyleProject {
    final String name
    String description
    Label assignedLabel
    final DescribableList buildersList = new DescribableList()
    int saves = 0

    FreeStyleProject(String name) { this.name = name }

    void save() { saves++ }
}
