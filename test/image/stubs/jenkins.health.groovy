package jenkins.health

interface HealthCheck {
    String getName()
    boolean check()
}
