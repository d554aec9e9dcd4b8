using Akka.Registry.Actors;

namespace Akka.Registry.DistributedData;

/// <summary>
/// How long this node's writes take until peers say that they hold them: from the write to the confirmation, both on this node's clock, so
/// that nobody else's matters. The way back is part of it.
/// </summary>
/// <remarks>
/// A confirmation counts once, by the oldest write that it is the first to cover: the longest time of those that it confirms. A peer
/// that is being filled does not count, nor do writes beyond the limit of samples that wait. As a machine: time comes from outside.
/// </remarks>
internal sealed class ConfirmationDelays
{
    /// <summary>The latest confirmations, by which <see cref="Summarize"/> judges.</summary>
    public const int KeptMax = 1_024;

    private const int SamplesMax = 512;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private readonly Queue<(ulong UpTo, Instant At)> _written = new();
    private readonly Queue<(Instant At, TimeSpan Delay)> _kept = new();
    private ulong _last;

    /// <summary>Confirmations that nobody has counted yet; whoever counts them clears it.</summary>
    public List<TimeSpan> News { get; } = [];

    /// <summary>This node has written up to that sequence.</summary>
    public void Wrote(ulong sequence, Instant now)
    {
        if (sequence <= _last)
            return;
        _last = sequence;
        if (_written.Count < SamplesMax)
            _written.Enqueue((sequence, now));
    }

    /// <summary>A peer that covered the writes up to one sequence covers those up to another.</summary>
    public void Confirmed(ulong before, ulong after, Instant now)
    {
        if (after <= before)
            return;
        foreach (var (upTo, at) in _written)
        {
            if (upTo <= before)
                continue;
            if (upTo > after)
                break;
            News.Add(now - at);
            _kept.Enqueue((now, now - at));
            if (_kept.Count > KeptMax)
                _kept.Dequeue();
            break;
        }
    }

    /// <summary>All peers that count cover the writes up to here.</summary>
    public void HeldByAll(ulong upTo)
    {
        while (_written.TryPeek(out var oldest) && oldest.UpTo <= upTo)
            _written.Dequeue();
    }

    /// <summary>The state has begun anew: sequences count from elsewhere.</summary>
    public void Reset()
    {
        _written.Clear();
        _last = 0;
    }

    /// <summary>Since when the oldest write waits that some peer has not confirmed; null when none does.</summary>
    public Instant? Waiting => _written.TryPeek(out var oldest) ? oldest.At : null;

    /// <summary>What came of the last five minutes.</summary>
    public ReplicationLag Summarize(Instant now)
    {
        while (_kept.TryPeek(out var oldest) && now - oldest.At > Memory)
            _kept.Dequeue();
        var waiting = Waiting is { } since ? now - since : TimeSpan.Zero;
        if (_kept.Count == 0)
            return new ReplicationLag { Unconfirmed = waiting };
        var delays = _kept.Select(kept => kept.Delay).Order().ToArray();
        return new ReplicationLag
        {
            Unconfirmed = waiting, Confirmations = delays.Length, Median = At(delays, 50), P99 = At(delays, 99), Longest = delays[^1],
        };
    }

    /// <summary>By nearest rank: the least value that so many of a hundred do not exceed.</summary>
    private static TimeSpan At(TimeSpan[] ascending, int percent) => ascending[((ascending.Length * percent) + 99) / 100 - 1];
}
