namespace Akka.Registry.Checks;

/// <summary>What keeps an entry alive.</summary>
public enum LeaseKind
{
    /// <summary>Heartbeats: silence beyond its TTL makes it critical, and removes it later.</summary>
    Beats,

    /// <summary>
    /// Nothing: it stands until it is deregistered, or until a check that was critical for too long removes it. Its owner vouches for it;
    /// when the owner is lost another node adopts it.
    /// </summary>
    None,
}
