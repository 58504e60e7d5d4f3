package hudson.security

import hudson.model.User
import org.jenkinsci.plugins.matrixauth.PermissionEntry

class Permission {
    final String id

    Permission(String id) { this.id = id }
}

class AccessDeniedException3 extends RuntimeException {}

abstract class SecurityRealm {}

abstract class AuthorizationStrategy {}

abstract class CaptchaSupport {}

class HudsonPrivateSecurityRealm extends SecurityRealm {
    final boolean allowsSignup
    final Map<String, User> users = [:]

    HudsonPrivateSecurityRealm(boolean allowsSignup, boolean enableCaptcha, CaptchaSupport captchaSupport) {
        this.allowsSignup = allowsSignup
    }

    User createAccount(String userName, String password) throws IOException {
        def user = users.computeIfAbsent(userName) { new User(it) }
        user.password = password
        user
    }
}

class GlobalMatrixAuthorizationStrategy extends AuthorizationStrategy {
    final Map<String, List<String>> granted = [:]

    void add(Permission permission, PermissionEntry entry) {
        granted.computeIfAbsent(permission.id) { [] } << entry.toString()
    }
}
