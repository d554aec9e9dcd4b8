using System.Net;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Tls;

namespace Akka.Registry.Server;

/// <summary>What a node says at its start when it listens beyond its machine without protection: which doors, what may happen, what to set.</summary>
internal static class Exposure
{
    /// <summary>The warnings, each a line.</summary>
    public static IEnumerable<string> Warnings(RegistryNodeOptions node, HttpOptions http, ConsulOptions? consul, EurekaOptions? eureka)
    {
        var tls = node.Tls;
        var doors = new List<Door>();
        if (!IsLoopback(node.Transport.Host))
            doors.Add(new Door($"the cluster port ({node.Transport})", tls.IsOn(tls.Doors.Cluster)));

        doors.AddRange(Exposed("the HTTP door", http.Urls, tls.IsOn(tls.Doors.Http)));
        if (consul is { Enabled: true })
            doors.AddRange(Exposed("the Consul door", consul.Urls, tls.IsOn(tls.Doors.Consul)));
        if (eureka is { Enabled: true })
            doors.AddRange(Exposed("the Eureka door", eureka.Urls, tls.IsOn(tls.Doors.Eureka)));

        if (Names(doors.Where(door => !door.IsTls)) is { Length: > 0 } plain)
        {
            yield return $"In plain text beyond this machine: {plain}. Whoever is on the network between can read and change what is said. "
                + "Settings: tls.enabled, tls.certificate, tls.key, tls.ca.";
        }

        if (!IsLoopback(node.Transport.Host) && !tls.IsOn(tls.Doors.Cluster) && string.IsNullOrEmpty(node.Cluster.Secret))
        {
            yield return $"Whoever reaches the cluster port ({node.Transport}) can become a member of the cluster, and change everything. "
                + "Settings: cluster.secret, or tls.enabled with tls.ca.";
        }

        var hasTokens = node.Security.Tokens.Count > 0 || node.Security.TokensFile.Length > 0;
        if (!hasTokens && tls.ClientCertificates != ClientCertificates.Required && Names(doors) is { Length: > 0 } open)
        {
            yield return $"Nobody is asked who they are beyond this machine: {open}. Whoever reaches it can read and change the registry. "
                + "Settings: security.tokens, or tls.client-certificates = required with tls.ca.";
        }
    }

    private static IEnumerable<Door> Exposed(string name, IReadOnlyList<string> urls, bool isTls)
    {
        var exposed = urls.Where(url => !IsLoopback(BindingAddress.Parse(url).Host)).ToList();
        if (exposed.Count > 0)
            yield return new Door($"{name} ({string.Join(", ", exposed)})", isTls);
    }

    private static string Names(IEnumerable<Door> doors) => string.Join(", ", doors.Select(door => door.Name));

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private sealed record Door(string Name, bool IsTls);
}
