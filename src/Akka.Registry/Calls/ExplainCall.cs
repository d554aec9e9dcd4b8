using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;

namespace Akka.Registry.Calls;

/// <summary>Asks every current member what it holds of an instance; answers when all have, or time is over.</summary>
internal sealed class ExplainCall(
    ICallSurroundings surroundings, RecordKey key, TimeSpan timeout, ImmutableArray<Member> members,
    IActorRef<RegistryReply<ImmutableArray<InstanceHolding>>> replyTo)
    : Call(surroundings)
{
    private readonly SortedDictionary<NodeUid, ExplainAnswer?> _answers = [];

    /// <summary>The instance that it is about.</summary>
    public RecordKey Key => key;

    /// <summary>Members that are asked.</summary>
    public IEnumerable<NodeIdentity> Asked => members.Select(member => member.Node);

    public override void Start()
    {
        foreach (var member in members)
            _answers.Add(member.Node.Uid, null);
        Surroundings.AskMembers(this, timeout);
    }

    /// <summary>A member has answered.</summary>
    public void OnAnswer(NodeUid from, ExplainAnswer answer)
    {
        if (!_answers.ContainsKey(from))
            return;
        _answers[from] = answer;
        if (_answers.Values.All(known => known is not null))
            Answer();
    }

    public override void Abandon() => Answer();

    public override void Refuse(RegistryException refusal)
    {
        replyTo.Tell(new RegistryReply<ImmutableArray<InstanceHolding>>(default, refusal));
        Surroundings.Complete(this);
    }

    private static InstanceHolding Holding(Member member, ExplainAnswer? answer)
    {
        var holding = new InstanceHolding
        {
            Node = member.Node.Uid,
            NodeName = member.Node.Name,
            State = member.State,
            HasAnswered = answer is not null,
            IsHeld = answer is { Held: true },
        };
        if (answer is not { Held: true })
            return holding;
        return holding with
        {
            Epoch = answer.Epoch,
            Stamp = new Stamp(new HybridTimestamp(answer.Stamp), new NodeUid(answer.StampNode)),
            Owner = DotCodec.Read(answer.Written).Origin,
            Status = (InstanceStatus)answer.Status,
            Unverified = answer.Unverified,
            Suspect = answer.Suspect,
            OwnsLease = answer.Owned,
            LastBeatAge = answer.Owned ? TimeSpan.FromMilliseconds(answer.LastBeatAgeMs) : null,
            ExpiresIn = answer.Owned ? TimeSpan.FromMilliseconds(answer.ExpiresInMs) : null,
        };
    }

    private void Answer()
    {
        replyTo.Tell(RegistryReply.Of(members.Select(member => Holding(member, _answers[member.Node.Uid])).ToImmutableArray()));
        Surroundings.Complete(this);
    }
}
