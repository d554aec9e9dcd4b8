using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Registrar;

/// <summary>What this session beats with. The frames that say so are made when the leases change, not when they beat.</summary>
/// <param name="frameBeats">Leases in one frame.</param>
internal sealed class HeldLeases(int frameBeats)
{
    private readonly Dictionary<ulong, (RegisteredInstance Instance, TimeSpan Ttl)> _leases = [];
    private readonly SortedDictionary<TimeSpan, int> _ttls = [];
    private Frame[]? _beats;

    /// <summary>The shortest TTL of them; null without a lease.</summary>
    public TimeSpan? ShortestTtl { get; private set; }

    /// <summary>
    /// The sign of life: every lease once, in one frame at least. The same frames until a lease changes: nothing is allocated.
    /// </summary>
    public IReadOnlyList<Frame> Beats => _beats ??= MakeBeats();

    /// <summary>The instance of that lease; null for none.</summary>
    public RegisteredInstance? Find(ulong lease) => _leases.TryGetValue(lease, out var held) ? held.Instance : null;

    /// <summary>One more lease.</summary>
    public void Put(ulong lease, RegisteredInstance instance, TimeSpan ttl)
    {
        Remove(lease);
        _leases[lease] = (instance, ttl);
        _ttls[ttl] = _ttls.GetValueOrDefault(ttl) + 1;
        if (ShortestTtl is not { } shortest || ttl < shortest)
            ShortestTtl = ttl;
        _beats = null;
    }

    /// <summary>It has ended, if it was there.</summary>
    public void Remove(ulong lease)
    {
        if (!_leases.Remove(lease, out var held))
            return;
        if (--_ttls[held.Ttl] == 0)
        {
            _ttls.Remove(held.Ttl);
            ShortestTtl = _ttls.Count == 0 ? null : _ttls.First().Key;
        }

        _beats = null;
    }

    /// <summary>All have ended.</summary>
    public void Clear()
    {
        _leases.Clear();
        _ttls.Clear();
        (ShortestTtl, _beats) = (null, null);
    }

    private Frame[] MakeBeats()
    {
        ReadOnlySpan<ulong> leases = [.. _leases.Keys];
        var frames = new Frame[Math.Max(1, (leases.Length + frameBeats - 1) / frameBeats)];
        for (var i = 0; i < frames.Length; i++)
        {
            var some = leases[..Math.Min(leases.Length, frameBeats)];
            frames[i] = LeasePack.Write(some);
            leases = leases[some.Length..];
        }

        return frames;
    }
}
