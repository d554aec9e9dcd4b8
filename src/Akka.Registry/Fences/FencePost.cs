using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Fences;

/// <summary>What members have asked of this node and its readers, as a machine: questions, vectors and confirmations in, answers out.</summary>
/// <remarks>
/// A change reaches a subscriber when this node's vector covers it. So once the vector covers the writes of a question every live
/// subscriber has been offered them, and those who have not dealt with all that they were offered until then are waited for; who
/// subscribes later begins with them. An asker asks again and again until it is told that all have confirmed; one that falls
/// silent is forgotten.
/// </remarks>
/// <param name="hub">The subscribers.</param>
/// <param name="max">Questions at once; what is more is not answered, and asked again.</param>
/// <param name="firstToken">The token before the first; tokens of different lives of the actor do not meet.</param>
internal sealed class FencePost(SubscriptionHub hub, int max, long firstToken)
{
    /// <summary>Who has not asked again for so long has gone, or has heard enough.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(NodeUid Asker, ulong Fence), Pending> _pending = [];
    private readonly Dictionary<long, Pending> _byToken = [];
    private long _tokens = firstToken;

    /// <summary>Answers to be sent, in order. Whoever sends them takes them out.</summary>
    public Queue<(NodeIdentity To, FenceAnswer Answer)> Answers { get; } = new();

    /// <summary>Questions that wait.</summary>
    public int Count => _pending.Count;

    /// <summary>A member asks, perhaps again.</summary>
    /// <param name="from">Who asks.</param>
    /// <param name="fence">Its number for it.</param>
    /// <param name="writes">The writes that matter.</param>
    /// <param name="service">Whose readers matter; empty for none.</param>
    /// <param name="vector">What this node covers; null while it does not hold the whole registry.</param>
    /// <param name="now">Now, monotonic.</param>
    public void Ask(NodeIdentity from, ulong fence, VersionVector writes, string service, VersionVector? vector, Instant now)
    {
        if (!_pending.TryGetValue((from.Uid, fence), out var pending))
        {
            if (_pending.Count >= max)
                return;
            pending = new Pending(from, fence, writes, service) { Token = ++_tokens };
            _pending.Add((from.Uid, fence), pending);
            _byToken.Add(pending.Token, pending);
        }

        pending.Until = now + Patience;
        if (!pending.IsCovered && vector is not null && vector.Covers(writes))
            Cover(pending);
        Answer(pending);
    }

    /// <summary>This node covers more, and the hub has offered it already.</summary>
    public void OnVector(VersionVector vector)
    {
        foreach (var pending in _pending.Values)
        {
            if (pending.IsCovered || !vector.Covers(pending.Writes))
                continue;
            Cover(pending);
            if (pending.Waiting.Count == 0)
                Answer(pending);
        }
    }

    /// <summary>A subscriber has confirmed, or ended.</summary>
    public void OnConfirmed(Subscription subscription, long token)
    {
        if (_byToken.TryGetValue(token, out var pending) && pending.Waiting.Remove(subscription) && pending.Waiting.Count == 0)
            Answer(pending);
    }

    /// <summary>Time has passed: askers that fell silent are forgotten.</summary>
    public void Tick(Instant now)
    {
        foreach (var pending in _pending.Values)
        {
            if (now >= pending.Until)
                Remove(pending);
        }
    }

    private void Cover(Pending pending)
    {
        pending.IsCovered = true;
        if (pending.Service.Length == 0)
            return;
        foreach (var subscription in hub.SubscribersOf(pending.Service))
        {
            if (subscription.AwaitConfirmation(pending.Token))
                pending.Waiting.Add(subscription);
        }
    }

    private void Answer(Pending pending)
    {
        var isConfirmed = pending.IsCovered && pending.Waiting.Count == 0;
        var answer = new FenceAnswer
        {
            Fence = pending.Fence,
            Covered = pending.IsCovered,
            Confirmed = isConfirmed,
            LaggardCount = (uint)pending.Waiting.Count,
        };
        foreach (var subscription in pending.Waiting)
        {
            if (answer.Laggards.Count == FenceRound.NamesMax)
                break;
            answer.Laggards.Add(subscription.Name);
        }

        if (isConfirmed)
            Remove(pending);
        Answers.Enqueue((pending.Asker, answer));
    }

    private void Remove(Pending pending)
    {
        _pending.Remove((pending.Asker.Uid, pending.Fence));
        _byToken.Remove(pending.Token);
    }

    private sealed record Pending(NodeIdentity Asker, ulong Fence, VersionVector Writes, string Service)
    {
        public required long Token { get; init; }

        public Instant Until { get; set; }

        public bool IsCovered { get; set; }

        public HashSet<Subscription> Waiting { get; } = [];
    }
}
