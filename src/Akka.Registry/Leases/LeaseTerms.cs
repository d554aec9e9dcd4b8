namespace Akka.Registry.Leases;

/// <summary>
/// The terms of one lease, in 8 bytes: spans are rounded up to whole milliseconds, and from 24 days on, up to 497, to multiples of 20, so that
/// whole seconds stay what they are.
/// </summary>
public readonly record struct LeaseTerms
{
    private readonly LeaseSpan _ttl;
    private readonly LeaseSpan _deregisterAfter;

    /// <summary>These terms, rounded up.</summary>
    public LeaseTerms(TimeSpan ttl, TimeSpan deregisterAfter) => (_ttl, _deregisterAfter) = (new LeaseSpan(ttl), new LeaseSpan(deregisterAfter));

    /// <summary>Silence beyond it makes the entry critical.</summary>
    public TimeSpan Ttl { get => new(_ttl.Ticks); init => _ttl = new LeaseSpan(value); }

    /// <summary>Silence that long beyond the TTL removes it.</summary>
    public TimeSpan DeregisterAfter { get => new(_deregisterAfter.Ticks); init => _deregisterAfter = new LeaseSpan(value); }
}
