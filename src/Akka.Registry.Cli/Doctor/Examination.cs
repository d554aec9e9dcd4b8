using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Doctor;

/// <summary>How a node's HTTP door answered.</summary>
internal sealed record NodeReport
{
    /// <summary>The door.</summary>
    public required Uri Door { get; init; }

    /// <summary>The cluster as this node sees it, once for each look; empty when it did not answer.</summary>
    public IReadOnlyList<ClusterPicture> Looks { get; init; } = [];

    /// <summary>Why it did not answer; null when it did.</summary>
    public string? Failure { get; init; }

    /// <summary>How far its clock is ahead of this machine's, to a second or so; null when it did not say.</summary>
    public TimeSpan? ClockAhead { get; init; }

    /// <summary>The last look; null when it did not answer.</summary>
    public ClusterPicture? Last => Looks.Count == 0 ? null : Looks[^1];

    /// <summary>What to call it.</summary>
    public string Name => Last?.Self ?? Door.AbsoluteUri.TrimEnd('/');
}

/// <summary>Whether a member's port for peers and sessions takes a connection from here.</summary>
/// <param name="Member">The member.</param>
/// <param name="Failure">Why not; null when it does.</param>
internal sealed record PortReport(ClusterMember Member, string? Failure);

/// <summary>Everything that was seen.</summary>
/// <param name="Nodes">The doors that were named, and those of the members that they told of.</param>
/// <param name="Silent">Current members that do not tell of a door.</param>
/// <param name="Ports">The members' ports for peers.</param>
/// <param name="Services">The services, as one ready node sees them; empty when there is none.</param>
/// <param name="OwnVersion">This program's version.</param>
internal sealed record Examination(
    IReadOnlyList<NodeReport> Nodes, IReadOnlyList<ClusterMember> Silent, IReadOnlyList<PortReport> Ports,
    IReadOnlyList<ServiceCounts> Services, string OwnVersion);

/// <summary>How bad it is.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It may be meant, or pass by itself.</summary>
    Doubtful,

    /// <summary>A human must act.</summary>
    Bad,
}

/// <summary>One thing that was found.</summary>
/// <param name="Check">Which check: <c>reachable ready members views convergence clocks versions ports services</c>.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Subject">Who or what.</param>
/// <param name="Detail">What was seen, as a sentence.</param>
/// <param name="Remedy">What to do; null when there is nothing to do.</param>
internal sealed record Finding(string Check, Severity Severity, string Subject, string Detail, string? Remedy = null);
