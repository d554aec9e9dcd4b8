using System.Diagnostics;

namespace Akka.Registry.Server.Eureka;

/// <summary>An instance's status as Eureka knows it; in the order of the names, which is that of the hash code.</summary>
internal enum EurekaStatus
{
    /// <summary>Does not serve.</summary>
    Down,

    /// <summary>Takes nothing new.</summary>
    OutOfService,

    /// <summary>Announced, not serving yet.</summary>
    Starting,

    /// <summary>Nobody has said; as an override: none.</summary>
    Unknown,

    /// <summary>Serves.</summary>
    Up,
}

/// <summary>Statuses: their names, and what they are in the registry.</summary>
/// <remarks>
/// <para>Outward: passing and warning are UP; critical, silence included, is DOWN; starting is STARTING; draining and out-of-service are
/// OUT_OF_SERVICE, since both take nothing new. Being unverified does not show: Eureka has no word for it, and its own servers, too,
/// leave the status alone when they doubt themselves.</para>
/// <para>Inward, as the instance's word: UP is passing, DOWN critical, STARTING starting, OUT_OF_SERVICE draining (out-of-service is an
/// operator's), UNKNOWN starting with a mark in the metadata. As an operator's: OUT_OF_SERVICE is out-of-service, UNKNOWN takes the
/// override back.</para>
/// </remarks>
internal static class EurekaStatuses
{
    /// <summary>How many there are.</summary>
    public const int Count = 5;

    /// <summary>The name.</summary>
    public static string Name(EurekaStatus status) => status switch
    {
        EurekaStatus.Down => "DOWN",
        EurekaStatus.OutOfService => "OUT_OF_SERVICE",
        EurekaStatus.Starting => "STARTING",
        EurekaStatus.Unknown => "UNKNOWN",
        EurekaStatus.Up => "UP",
        _ => throw new UnreachableException($"No name for {status}."),
    };

    /// <summary>Reads a name, in any case; null when there is none such.</summary>
    public static EurekaStatus? Parse(string? text) => text?.ToUpperInvariant() switch
    {
        "DOWN" => EurekaStatus.Down,
        "OUT_OF_SERVICE" => EurekaStatus.OutOfService,
        "STARTING" => EurekaStatus.Starting,
        "UNKNOWN" => EurekaStatus.Unknown,
        "UP" => EurekaStatus.Up,
        _ => null,
    };

    /// <summary>The entry's status as Eureka's clients see it.</summary>
    public static EurekaStatus Of(ServiceEntry entry) =>
        entry is { Override: null, Status: InstanceStatus.Starting } && entry.Metadata.ContainsKey(EurekaKeys.StatusUnknown)
            ? EurekaStatus.Unknown
            : Of(entry.Status);

    /// <summary>A status outward.</summary>
    public static EurekaStatus Of(InstanceStatus status) => status switch
    {
        InstanceStatus.Starting => EurekaStatus.Starting,
        InstanceStatus.Passing or InstanceStatus.Warning => EurekaStatus.Up,
        InstanceStatus.Critical => EurekaStatus.Down,
        InstanceStatus.Draining or InstanceStatus.OutOfService => EurekaStatus.OutOfService,
        _ => throw new UnreachableException($"No status {status}."),
    };

    /// <summary>What an instance says of itself, inward.</summary>
    public static InstanceStatus Reported(EurekaStatus status) => status switch
    {
        EurekaStatus.Up => InstanceStatus.Passing,
        EurekaStatus.Down => InstanceStatus.Critical,
        EurekaStatus.Starting or EurekaStatus.Unknown => InstanceStatus.Starting,
        EurekaStatus.OutOfService => InstanceStatus.Draining,
        _ => throw new UnreachableException($"No status {status}."),
    };

    /// <summary>What an operator says, inward; null for none.</summary>
    public static InstanceStatus? Override(EurekaStatus status) => status switch
    {
        EurekaStatus.Up => InstanceStatus.Passing,
        EurekaStatus.Down => InstanceStatus.Critical,
        EurekaStatus.Starting => InstanceStatus.Starting,
        EurekaStatus.OutOfService => InstanceStatus.OutOfService,
        EurekaStatus.Unknown => null,
        _ => throw new UnreachableException($"No status {status}."),
    };
}
