using Akka.Registry.Actors;

namespace Akka.Registry.Limits;

/// <summary>How fast one session may ask: two seconds' worth at once, then at its rate. Pure; one thread.</summary>
/// <param name="perSecond">Requests a second; 0 for as fast as it likes.</param>
internal sealed class SessionPace(int perSecond)
{
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    private Instant? _fullAt;

    /// <summary>Notes requests.</summary>
    /// <returns>How long they have to wait; zero for not at all.</returns>
    public TimeSpan Take(int requests, Instant now)
    {
        if (perSecond <= 0)
            return TimeSpan.Zero;
        var from = _fullAt is { } at && at > now ? at : now;
        var fullAt = from + TimeSpan.FromSeconds((double)requests / perSecond);
        _fullAt = fullAt;
        var wait = fullAt - now - Burst;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
