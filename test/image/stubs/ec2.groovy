// The EC2 plugin 2059.v05f9d511d7e5: its constructors, and a connection by the SDK that it bundles.
package hudson.plugins.ec2

import hudson.model.Node
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient
import software.amazon.awssdk.regions.Region
import software.amazon.awssdk.services.ec2.Ec2Client

enum AssociateIPStrategy { SUBNET, PUBLIC_IP, PRIVATE_IP, DEFAULT }
enum ConnectionStrategy { PUBLIC_DNS, PUBLIC_IP, PRIVATE_DNS, PRIVATE_IP }
enum EbsEncryptRootVolume { DEFAULT, ENCRYPTED, UNENCRYPTED }
enum HostKeyVerificationStrategyEnum { CHECK_NEW_HARD, CHECK_NEW_SOFT, ACCEPT_NEW, OFF }
enum Tenancy { Default, Dedicated, Host }

abstract class AMITypeData {}

class UnixData extends AMITypeData {
    final List<String> arguments

    UnixData(String rootCommandPrefix, String slaveCommandPrefix, String slaveCommandSuffix, String sshPort,
             String bootDelay) {
        arguments = [rootCommandPrefix, slaveCommandPrefix, slaveCommandSuffix, sshPort, bootDelay]
    }
}

class SpotConfiguration {}

class EC2Tag {
    final String name
    final String value

    EC2Tag(String name, String value) {
        this.name = name
        this.value = value
    }
}

class EC2AbstractSlave {
    String instanceId
}

class SlaveTemplate {
    final Map<String, Object> given
    Boolean avoidUsingOrphanedNodes

    SlaveTemplate(String ami, String zone, SpotConfiguration spotConfig, String securityGroups, String remoteFS,
                  String type, boolean ebsOptimized, String labelString, Node.Mode mode, String description,
                  String initScript, String tmpDir, String userData, String numExecutors, String remoteAdmin,
                  AMITypeData amiType, String javaPath, String jvmopts, boolean stopOnTerminate, String subnetId,
                  List<EC2Tag> tags, String idleTerminationMinutes, int minimumNumberOfInstances,
                  int minimumNumberOfSpareInstances, String instanceCapStr, String iamInstanceProfile,
                  boolean deleteRootOnTermination, boolean useEphemeralDevices, String launchTimeoutStr,
                  AssociateIPStrategy associateIPStrategy, String customDeviceMapping, boolean connectBySSHProcess,
                  boolean monitoring, boolean t2Unlimited, ConnectionStrategy connectionStrategy, int maxTotalUses,
                  List nodeProperties, HostKeyVerificationStrategyEnum hostKeyVerificationStrategy, Tenancy tenancy,
                  EbsEncryptRootVolume ebsEncryptRootVolume, Boolean metadataEndpointEnabled,
                  Boolean metadataTokensRequired, Integer metadataHopsLimit, Boolean metadataSupported,
                  Boolean enclaveEnabled) {
        given = [
            ami: ami, zone: zone, securityGroups: securityGroups, remoteFS: remoteFS, type: type, labels: labelString,
            mode: mode.name(), description: description, initScript: initScript, userData: userData,
            numExecutors: numExecutors, remoteAdmin: remoteAdmin, unix: ((UnixData) amiType).arguments,
            javaPath: javaPath, stopOnTerminate: stopOnTerminate, subnetId: subnetId,
            tags: tags.collectEntries { [it.name, it.value] }, idleTerminationMinutes: idleTerminationMinutes,
            minimumNumberOfInstances: minimumNumberOfInstances, instanceCap: instanceCapStr,
            iamInstanceProfile: iamInstanceProfile, deleteRootOnTermination: deleteRootOnTermination,
            launchTimeout: launchTimeoutStr, associateIPStrategy: associateIPStrategy.name(),
            connectionStrategy: connectionStrategy.name(), maxTotalUses: maxTotalUses,
            hostKeys: hostKeyVerificationStrategy.name(), tenancy: tenancy.name(), spot: spotConfig != null,
            metadataEndpointEnabled: metadataEndpointEnabled, metadataTokensRequired: metadataTokensRequired,
            metadataHopsLimit: metadataHopsLimit,
        ]
    }

    /** The deprecated one of the same length, which a wrong argument would find. */
    SlaveTemplate(String ami, String zone, SpotConfiguration spotConfig, String securityGroups, String remoteFS,
                  String type, boolean ebsOptimized, String labelString, Node.Mode mode, String description,
                  String initScript, String tmpDir, String userData, String numExecutors, String remoteAdmin,
                  AMITypeData amiType, String javaPath, String jvmopts, boolean stopOnTerminate, String subnetId,
                  List<EC2Tag> tags, String idleTerminationMinutes, int minimumNumberOfInstances,
                  int minimumNumberOfSpareInstances, String instanceCapStr, String iamInstanceProfile,
                  boolean deleteRootOnTermination, boolean useEphemeralDevices, String launchTimeoutStr,
                  boolean associatePublicIp, String customDeviceMapping, boolean connectBySSHProcess,
                  boolean monitoring, boolean t2Unlimited, ConnectionStrategy connectionStrategy, int maxTotalUses,
                  List nodeProperties, HostKeyVerificationStrategyEnum hostKeyVerificationStrategy, Tenancy tenancy,
                  EbsEncryptRootVolume ebsEncryptRootVolume, Boolean metadataEndpointEnabled,
                  Boolean metadataTokensRequired, Integer metadataHopsLimit, Boolean metadataSupported,
                  Boolean enclaveEnabled) {
        throw new AssertionError('a deprecated constructor of SlaveTemplate was called')
    }
}

class EC2Cloud {
    final Map<String, Object> given
    final List<SlaveTemplate> templates
    boolean noDelayProvisioning
    boolean cleanUpOrphanedNodes

    EC2Cloud(String name, boolean useInstanceProfileForCredentials, String credentialsId, String region,
             String privateKey, String sshKeysCredentialsId, String instanceCapStr,
             List<? extends SlaveTemplate> templates, String roleArn, String roleSessionName) {
        given = [
            name: name, useInstanceProfile: useInstanceProfileForCredentials, credentialsId: credentialsId,
            region: region, privateKey: privateKey, sshKeysCredentialsId: sshKeysCredentialsId,
            instanceCap: instanceCapStr, roleArn: roleArn, roleSessionName: roleSessionName,
        ]
        this.templates = templates
    }

    Ec2Client connect() {
        // Groovy 2.4 compiles a call of an interface's static method to what no JVM verifies.
        def builder = Ec2Client.getMethod('builder').invoke(null)
        builder.region(Region.of((String) given.region)).httpClient(UrlConnectionHttpClient.create()).build()
    }
}
