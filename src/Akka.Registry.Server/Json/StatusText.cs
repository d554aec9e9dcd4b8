using System.Diagnostics;

namespace Akka.Registry.Server.Json;

/// <summary>Statuses as the API names them: kebab-case.</summary>
internal static class StatusText
{
    /// <summary>All names, for messages and for the API's description.</summary>
    public const string All = "starting, passing, warning, critical, draining, out-of-service";

    /// <summary>The name.</summary>
    public static ReadOnlySpan<byte> Utf8(InstanceStatus status) => status switch
    {
        InstanceStatus.Starting => "starting"u8,
        InstanceStatus.Passing => "passing"u8,
        InstanceStatus.Warning => "warning"u8,
        InstanceStatus.Critical => "critical"u8,
        InstanceStatus.Draining => "draining"u8,
        InstanceStatus.OutOfService => "out-of-service"u8,
        _ => throw new UnreachableException($"No name for status {status}."),
    };

    /// <summary>Reads a name.</summary>
    /// <returns>False when there is no such status.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out InstanceStatus status)
    {
        status = text switch
        {
            "starting" => InstanceStatus.Starting,
            "passing" => InstanceStatus.Passing,
            "warning" => InstanceStatus.Warning,
            "critical" => InstanceStatus.Critical,
            "draining" => InstanceStatus.Draining,
            "out-of-service" => InstanceStatus.OutOfService,
            _ => default,
        };
        return status != default;
    }
}
