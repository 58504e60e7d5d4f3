package jenkins.model

import hudson.model.Action
import hudson.model.DescribableList
import hudson.model.FreeStyleProject
import hudson.model.Label
import hudson.model.Node
import hudson.security.AccessDeniedException3
import hudson.security.AuthorizationStrategy
import hudson.security.Permission
import hudson.security.SecurityRealm

class Jenkins {
    static final Permission ADMINISTER = new Permission('Overall/Administer')
    static final Permission READ = new Permission('Overall/Read')
    private static final Jenkins INSTANCE = new Jenkins()

    final File rootDir = new File(System.getenv('JENKINS_HOME'))
    final DescribableList clouds = new DescribableList()
    final List<Action> actions = []
    final List nodes = []
    final Map<String, FreeStyleProject> items = [:]
    int numExecutors = 2
    Node.Mode mode = Node.Mode.NORMAL
    String systemMessage
    int saves = 0
    /** Set by the harness: whoever asks may do nothing. */
    boolean denies = false
    private SecurityRealm realm
    private AuthorizationStrategy strategy
    /** The calls in their order, where the order matters. */
    final List<String> order = []

    static Jenkins get() { INSTANCE }

    SecurityRealm getSecurityRealm() { realm }

    void setSecurityRealm(SecurityRealm realm) {
        order << 'realm'
        this.realm = realm
    }

    AuthorizationStrategy getAuthorizationStrategy() { strategy }

    void setAuthorizationStrategy(AuthorizationStrategy strategy) {
        order << 'strategy'
        this.strategy = strategy
    }

    boolean isUseSecurity() { realm != null && strategy != null && System.getenv('STUB_SECURITY_STAYS_OFF') == null }

    void checkPermission(Permission permission) { if (denies) throw new AccessDeniedException3() }

    Label getLabel(String expression) { new Label(expression) }

    def getItem(String name) { items[name] }

    def createProject(Class type, String name) {
        order << "create ${name}".toString()
        items[name] = new FreeStyleProject(name)
    }

    void save() { saves++ }
}

class JenkinsLocationConfiguration {
    private static final JenkinsLocationConfiguration INSTANCE = new JenkinsLocationConfiguration()
    String url
    int saves = 0

    static JenkinsLocationConfiguration get() { INSTANCE }

    void save() { saves++ }
}
