namespace Akka.Registry.Cluster.Transport;

/// <summary>What a node shows at every handshake to be let into the cluster.</summary>
/// <param name="ClusterName">The cluster's name. Keeps two clusters from mixing by mistake; against ill will there is the secret.</param>
/// <param name="Secret">What every node proves without sending it; empty for no proof.</param>
public sealed record ClusterCredentials(string ClusterName, string Secret = "")
{
    /// <summary>Those of the cluster's options.</summary>
    public static ClusterCredentials Of(ClusterOptions options) => new(options.Name, options.Secret ?? "");

    /// <summary>The name, and whether there is a secret; never the secret.</summary>
    public override string ToString() => $"cluster {ClusterName}, {(Secret.Length == 0 ? "no secret" : "with a secret")}";
}
