using System.Text;
using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Routing;

/// <summary>There is no instance of a service to call now. Nothing was sent; the same call may find one later.</summary>
public sealed class NoInstanceException : Exception
{
    /// <summary>Tells of a service.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="message">What there is instead.</param>
    public NoInstanceException(string service, string message)
        : base(message) => Service = service;

    /// <summary>The service's name.</summary>
    public string Service { get; }

    /// <summary>Nobody has told of the service yet.</summary>
    internal static NoInstanceException Unknown(string service) =>
        new(service, $"Nothing is known of service '{service}' yet: no node of the registry has told of it.");

    /// <summary>None of those that there are may be called.</summary>
    internal static NoInstanceException Among(ServiceSnapshot snapshot, string? method)
    {
        var text = new StringBuilder($"Service '{snapshot.Service}' has no instance that may be called");
        var instances = snapshot.Instances.Where(instance => method is null || instance.Methods.Contains(method)).ToArray();
        if (method is not null)
            text.Append($" and offers '{method}'");
        if (instances.Length == 0)
            text.Append(snapshot.Instances.Length == 0 ? ": it has none at all" : $": of its {snapshot.Instances.Length} none offers it");
        else
            text.Append($": {instances.Length} {(instances.Length == 1 ? "is" : "are")} known, ").AppendJoin(", ", Counts(instances));
        if (snapshot.IsStale)
            text.Append(". The view is stale: no node confirms it now");
        return new NoInstanceException(snapshot.Service, text.Append('.').ToString());
    }

    private static IEnumerable<string> Counts(ServiceInstance[] instances) =>
        from instance in instances
        group instance by instance.Status into status
        orderby status.Key
        select $"{status.Count()} {(status.Key == InstanceStatus.OutOfService ? "out-of-service" : status.Key.ToString().ToLowerInvariant())}";
}
