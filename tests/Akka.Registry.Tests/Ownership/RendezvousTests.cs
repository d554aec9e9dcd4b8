using Akka.Registry.Cluster;
using Akka.Registry.Ownership;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Ownership;

public class RendezvousTests
{
    [Fact]
    public void Only_members_that_are_up_are_named_and_never_the_excepted_one()
    {
        var members = View((1, MemberState.Leaving), (2, MemberState.Up), (3, MemberState.Suspect), (4, MemberState.Down), (5, MemberState.Joining));
        for (var subject = 0UL; subject < 100; subject++)
            Rendezvous.Choose(subject, members)!.Node.Uid.ShouldBe(new NodeUid(2));
        Rendezvous.Choose(1, members, new NodeUid(2)).ShouldBeNull();
    }

    [Fact]
    public void When_a_member_goes_only_its_own_subjects_move()
    {
        var all = View((1, MemberState.Up), (2, MemberState.Up), (3, MemberState.Up));
        var fewer = View((1, MemberState.Up), (2, MemberState.Down), (3, MemberState.Up));
        var counts = new Dictionary<ulong, int>();
        for (var subject = 0UL; subject < 3_000; subject++)
        {
            var (before, after) = (Rendezvous.Choose(subject, all)!.Node.Uid.Value, Rendezvous.Choose(subject, fewer)!.Node.Uid.Value);
            counts[before] = counts.GetValueOrDefault(before) + 1;
            if (before != 2)
                after.ShouldBe(before);
        }

        counts.Count.ShouldBe(3);
        counts.Values.ShouldAllBe(count => count > 850 && count < 1_150);
    }

    private static MembershipView View(params (ulong Uid, MemberState State)[] members) =>
        new(RegistryWorld.SelfNode, [.. members.Select(member => new Member(RegistryWorld.Node(member.Uid), member.State, 0))]);
}
