using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;

namespace Akka.Registry.Tests.World;

/// <summary>Members as the test says.</summary>
internal sealed class FakeMembership(NodeIdentity self) : IClusterMembership
{
    private readonly List<IActorRef<MembershipChanged>> _subscribers = [];

    public MembershipView View { get; private set; } = new(self, [new Member(self, MemberState.Up, 0)]);

    public bool HasJoined { get; set; } = true;

    public List<string> Announced { get; } = [];

    public void Subscribe(IActorRef<MembershipChanged> subscriber)
    {
        _subscribers.Add(subscriber);
        subscriber.Tell(new MembershipChanged(View, [.. View.Members.Select(member => new MemberChange(null, member))]));
    }

    public void AnnounceUp() => Announced.Add("up");

    public void AnnounceLeaving() => Announced.Add("leaving");

    public Task LeaveAsync(TimeSpan timeout)
    {
        Announced.Add("left");
        return Task.CompletedTask;
    }

    /// <summary>Lets a member stand so.</summary>
    public void Set(NodeIdentity node, MemberState state)
    {
        var before = View.Find(node.Uid);
        var after = new Member(node, state, (before?.Incarnation ?? 0) + 1);
        Change(before, after, View.Members.RemoveAll(member => member.Node.Uid == node.Uid).Add(after));
    }

    /// <summary>Forgets a member.</summary>
    public void Forget(NodeIdentity node) =>
        Change(View.Find(node.Uid), null, View.Members.RemoveAll(member => member.Node.Uid == node.Uid));

    private void Change(Member? before, Member? after, ImmutableArray<Member> members)
    {
        View = new MembershipView(self, [.. members.OrderBy(member => member.Node.Uid)]);
        foreach (var subscriber in _subscribers)
            subscriber.Tell(new MembershipChanged(View, [new MemberChange(before, after)]));
    }
}
