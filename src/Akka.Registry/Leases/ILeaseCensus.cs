namespace Akka.Registry.Leases;

/// <summary>How many leases beat: what losses are measured against.</summary>
internal interface ILeaseCensus
{
    /// <summary>Leases that beat within their TTL.</summary>
    int LiveCount { get; }

    /// <summary>The service's leases that beat within their TTL.</summary>
    int LiveCountOf(string service);
}
