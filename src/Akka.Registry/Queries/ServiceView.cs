namespace Akka.Registry.Queries;

/// <summary>One service at one moment. Immutable; read by any thread.</summary>
public sealed class ServiceView
{
    /// <summary>The service's name.</summary>
    public required string Name { get; init; }

    /// <summary>Grows with every change of this service; comparable between nodes; below 2^53.</summary>
    public required long Revision { get; init; }

    /// <summary>All entries, by id.</summary>
    public required InstanceList Instances { get; init; }
}

/// <summary>A service and how its instances are.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="Revision">The service's revision.</param>
/// <param name="Instances">All entries.</param>
/// <param name="Starting">Entries that start.</param>
/// <param name="Passing">Entries that pass.</param>
/// <param name="Warning">Entries with a warning.</param>
/// <param name="Critical">Entries that are critical.</param>
/// <param name="Draining">Entries that drain.</param>
/// <param name="OutOfService">Entries taken out.</param>
/// <param name="Unverified">Entries that nobody can vouch for now, whatever their status.</param>
public sealed record ServiceSummary(
    string Name, long Revision, int Instances, int Starting, int Passing, int Warning, int Critical, int Draining, int OutOfService, int Unverified);

/// <summary>Which entries a query wants; every part that is set must hold.</summary>
public sealed record InstanceFilter
{
    /// <summary>Takes everything.</summary>
    public static InstanceFilter None { get; } = new();

    /// <summary>Any of these statuses; empty for all.</summary>
    public IReadOnlyList<InstanceStatus> Statuses { get; init; } = [];

    /// <summary>All of these tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>All of these pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(0);

    /// <summary>That zone; null for all.</summary>
    public string? Zone { get; init; }

    /// <summary>That version; null for all.</summary>
    public string? Version { get; init; }

    /// <summary>Instances that offer this method; null for all.</summary>
    public string? Method { get; init; }

    /// <summary>Whether the entry is wanted.</summary>
    public bool Matches(ServiceEntry entry) => throw new NotImplementedException();
}
