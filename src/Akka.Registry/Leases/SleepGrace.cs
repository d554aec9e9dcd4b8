using Akka.Registry.Actors;

namespace Akka.Registry.Leases;

/// <summary>
/// What was asleep must not judge: after a pause of this process, leases get the time that was lost before they are
/// judged.
/// </summary>
/// <remarks>
/// While the process is stopped (SIGSTOP, a long collection, a virtual machine put to sleep) its instances beat on, and
/// their beats wait in the sockets. A sweep that comes later than 2 intervals and a second after the one before reveals
/// the pause. From that sweep on no lease is judged until as much time has passed as was lost, though at most one TTL
/// of the lease: whoever lives beats within that. A pause within the grace of another one does not use the grace up.
/// </remarks>
internal struct SleepGrace(TimeSpan sweepInterval, Instant start)
{
    private readonly TimeSpan _threshold = 2 * sweepInterval + TimeSpan.FromSeconds(1);
    private Instant _lastSweep = start;
    private Instant _wokeAt = start;
    private TimeSpan _lost;

    /// <summary>A sweep takes place.</summary>
    /// <returns>The time that was lost before it; zero when there was no pause.</returns>
    public TimeSpan Observe(Instant now)
    {
        var passed = now - _lastSweep;
        var lost = TimeSpan.Zero;
        if (passed > _threshold)
        {
            lost = passed - sweepInterval;
            var left = _wokeAt + _lost - _lastSweep;
            _lost = lost > left ? lost : left;
            _wokeAt = now;
        }

        if (now > _lastSweep)
            _lastSweep = now;
        return lost;
    }

    /// <summary>Before this a lease with that TTL is not judged.</summary>
    public readonly Instant NotBefore(TimeSpan ttl) => _wokeAt + (_lost < ttl ? _lost : ttl);
}
