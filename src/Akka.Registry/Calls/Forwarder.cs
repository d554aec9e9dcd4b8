using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Calls;

/// <summary>
/// Collects beats for other owners into batches, and finds the calls that an answer is for. One thread.
/// </summary>
internal sealed class Forwarder(int batchMax, TimeSpan timeout)
{
    private readonly SortedDictionary<NodeUid, Collected> _collected = [];
    private readonly Dictionary<ulong, Sent> _sent = [];
    private readonly Queue<(ulong Batch, Instant Until)> _deadlines = new();
    private ulong _batches;

    /// <summary>Whether beats wait to be sent.</summary>
    public bool HasCollected => _collected.Count > 0;

    /// <summary>Batches whose answer is awaited.</summary>
    public int SentCount => _sent.Count;

    /// <summary>A beat is to be forwarded.</summary>
    /// <returns>Whether a batch for that owner is full, so that there is no reason to wait.</returns>
    public bool Collect(NodeIdentity owner, long call, RecordKey key, ulong epoch)
    {
        if (!_collected.TryGetValue(owner.Uid, out var collected))
            _collected.Add(owner.Uid, collected = new Collected(owner));
        collected.Calls.Add(call);
        collected.Beats.Add(new ForwardedBeat { Service = key.Service, Instance = key.Instance, Epoch = epoch });
        return collected.Calls.Count >= batchMax;
    }

    /// <summary>Takes what was collected, as frames to send; each is awaited from now on.</summary>
    public List<(NodeIdentity To, Frame Frame)> TakeCollected(Instant now)
    {
        Forget(now);
        var frames = new List<(NodeIdentity, Frame)>();
        foreach (var collected in _collected.Values)
        {
            for (var from = 0; from < collected.Calls.Count; from += batchMax)
            {
                var count = Math.Min(batchMax, collected.Calls.Count - from);
                var message = new ForwardedBeats { Batch = ++_batches };
                message.Beats.AddRange(collected.Beats.GetRange(from, count));
                _sent.Add(message.Batch, new Sent(collected.Owner.Uid, collected.Calls.GetRange(from, count)));
                _deadlines.Enqueue((message.Batch, now + timeout));
                frames.Add((collected.Owner, Frame.Of(FrameKind.ForwardedBeats, message)));
            }
        }

        _collected.Clear();
        return frames;
    }

    /// <summary>
    /// The calls of a batch, which is awaited no longer; null when it is not awaited, or not from that node.
    /// </summary>
    public List<long>? Take(ulong batch, NodeUid from)
    {
        if (!_sent.TryGetValue(batch, out var sent) || sent.To != from)
            return null;
        _sent.Remove(batch);
        return sent.Calls;
    }

    private void Forget(Instant now)
    {
        while (_deadlines.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _deadlines.Dequeue();
            _sent.Remove(oldest.Batch);
        }
    }

    private sealed record Collected(NodeIdentity Owner)
    {
        public List<long> Calls { get; } = [];

        public List<ForwardedBeat> Beats { get; } = [];
    }

    private sealed record Sent(NodeUid To, List<long> Calls);
}
