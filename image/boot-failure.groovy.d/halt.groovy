// Jenkins runs this when it cannot start at all, for instance when the configuration in casc/ does not fit a plugin. It
// would stay up with an error page; the JVM ends instead, so that Amazon ECS sees the failure at once.

def cause = exception
while (cause.cause != null && cause.cause != cause) cause = cause.cause
System.err.println("SEVERE jdci: Jenkins cannot start, ending the JVM: ${cause}")
System.err.flush()
Runtime.runtime.halt(1)
