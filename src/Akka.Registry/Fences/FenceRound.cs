using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Fences;

/// <summary>One question to every member, "do you, and your readers, have these writes?", as a machine: members and answers in.</summary>
/// <remarks>
/// Asked are members that are up, suspect or leaving, this node among them; one that joins later is asked when it is up, since it took
/// the registry over from a peer that may not have had the writes. One that is down, has left or is forgotten no longer counts. Who
/// has not confirmed is asked again; what it said last is kept.
/// </remarks>
/// <param name="id">Names the question.</param>
/// <param name="writes">The writes that matter.</param>
/// <param name="service">Whose readers matter; empty for none.</param>
/// <param name="until">When the wait is over.</param>
internal sealed class FenceRound(ulong id, VersionVector writes, string service, Instant until)
{
    /// <summary>Readers of one node that an answer names at most.</summary>
    public const int NamesMax = 32;

    private readonly SortedDictionary<NodeUid, Asked> _asked = [];

    /// <summary>Names the question.</summary>
    public ulong Id => id;

    /// <summary>When the wait is over.</summary>
    public Instant Until => until;

    /// <summary>When to ask again.</summary>
    public Instant NextPoll { get; set; }

    /// <summary>Whether all have confirmed.</summary>
    public bool IsConfirmed => _asked.Values.All(asked => asked.Answer is { Confirmed: true });

    /// <summary>The question.</summary>
    public Fence Message => new() { Fence_ = id, Writes = writes.ToWire(), Service = service };

    /// <summary>Who is to be asked, by these members.</summary>
    public void Observe(MembershipView members)
    {
        foreach (var member in members.Members)
        {
            var counts = member.State is MemberState.Up or MemberState.Suspect or MemberState.Leaving;
            if (counts && !_asked.ContainsKey(member.Node.Uid))
                _asked.Add(member.Node.Uid, new Asked(member.Node));
        }

        foreach (var uid in _asked.Keys.ToArray())
        {
            if (members.Find(uid) is not { IsCurrent: true })
                _asked.Remove(uid);
        }
    }

    /// <summary>Who has not confirmed yet.</summary>
    public List<NodeIdentity> Missing() =>
        [.. _asked.Values.Where(asked => asked.Answer is not { Confirmed: true }).Select(asked => asked.Node)];

    /// <summary>A member has answered.</summary>
    public void Answered(NodeUid from, FenceAnswer answer)
    {
        if (_asked.TryGetValue(from, out var asked) && asked.Answer is not { Confirmed: true })
            asked.Answer = answer;
    }

    /// <summary>Who has not confirmed, by name as far as it is known, and how many.</summary>
    public (ImmutableArray<DrainLaggard> Named, int Count) Laggards()
    {
        var named = ImmutableArray.CreateBuilder<DrainLaggard>();
        var count = 0;
        foreach (var asked in _asked.Values)
        {
            if (asked.Answer is { Confirmed: true })
                continue;
            if (asked.Answer is { Covered: true, LaggardCount: > 0 } answer)
            {
                foreach (var name in answer.Laggards)
                    named.Add(new DrainLaggard(asked.Node.Uid, asked.Node.Name, DrainLag.Subscriber, name));
                count += (int)answer.LaggardCount;
                continue;
            }

            var lag = asked.Answer is null ? DrainLag.NoAnswer : DrainLag.Behind;
            named.Add(new DrainLaggard(asked.Node.Uid, asked.Node.Name, lag, null));
            count++;
        }

        return (named.DrainToImmutable(), count);
    }

    private sealed class Asked(NodeIdentity node)
    {
        public NodeIdentity Node => node;

        public FenceAnswer? Answer { get; set; }
    }
}
