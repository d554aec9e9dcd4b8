using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Queries;

/// <summary>Instances of one service, by id.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Revision">Of the service at that node, at that moment.</param>
/// <param name="Instances">The page.</param>
/// <param name="Next">Where the next page goes on from; null when this is the last.</param>
public sealed record InstancePage(string Service, long Revision, IReadOnlyList<ServiceInstance> Instances, string? Next);

/// <summary>Services, by name.</summary>
/// <param name="Revision">Of the whole registry at that node, at that moment.</param>
/// <param name="Services">The page.</param>
/// <param name="Next">Where the next page goes on from; null when this is the last.</param>
public sealed record ServicePage(long Revision, IReadOnlyList<ServiceCounts> Services, string? Next);

/// <summary>A service and how its instances are.</summary>
public sealed record ServiceCounts
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Grows with every change of the service; comparable between nodes; below 2^53.</summary>
    public long Revision { get; init; }

    /// <summary>All instances.</summary>
    public int Instances { get; init; }

    /// <summary>Those that start.</summary>
    public int Starting { get; init; }

    /// <summary>Those that pass.</summary>
    public int Passing { get; init; }

    /// <summary>Those with a warning.</summary>
    public int Warning { get; init; }

    /// <summary>Those that are critical.</summary>
    public int Critical { get; init; }

    /// <summary>Those that drain.</summary>
    public int Draining { get; init; }

    /// <summary>Those that an operator took out.</summary>
    public int OutOfService { get; init; }

    /// <summary>Those that nobody can vouch for now, whatever their status.</summary>
    public int Unverified { get; init; }

    /// <summary>Those that clients report as failing, whatever their status.</summary>
    public int Suspect { get; init; }
}
