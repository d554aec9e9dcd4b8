using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>Origins that are gone for good leave the vectors.</summary>
public class RetiringTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromHours(24);
    private static readonly TimeSpan Gossip = TimeSpan.FromSeconds(2);

    [Fact]
    public void An_origin_without_a_record_and_without_a_voice_is_retired_after_the_retention_and_named()
    {
        var solo = Departed();
        solo.After(Retention - Gossip);
        solo.Machine.Map.Vector[Uid(3)].ShouldBe(1ul);
        solo.After(Gossip);
        solo.After(Gossip);
        solo.Machine.Map.Vector[Uid(3)].ShouldBe(0ul);
        solo.Told(2, Vector((3, 1)), replyWanted: true);
        solo.Digests(2)[^1].Retired.ShouldBe(Vector((3, 1)));
        solo.Digests(2)[^1].Vector[Uid(3)].ShouldBe(0ul);
    }

    [Fact]
    public void Who_has_not_retired_it_yet_is_neither_behind_nor_ahead()
    {
        var solo = Retired();
        solo.Told(2, Vector((2, 1), (3, 1)), collected: Vector((3, 1)));
        solo.Machine.IsServing.ShouldBeTrue();
        solo.Machine.Map.Vector[Uid(3)].ShouldBe(0ul);
        solo.Delta(2, Vector((3, 1)), Vector((2, 2), (3, 1)), [Live("b", 1, 1, 2, 2)]);
        solo.Machine.Map.Vector.ShouldBe(Vector((1, 1), (2, 2)));
        solo.Clear();

        var other = Departed();                      // The other way round: it hears of one that has.
        other.Told(2, Vector((2, 1)), retired: Vector((3, 1)));
        other.Machine.IsServing.ShouldBeTrue();
        other.Machine.Map.Vector[Uid(3)].ShouldBe(0ul);
    }

    [Fact]
    public void An_origin_with_a_record_or_a_member_is_not_retired_whoever_says_so()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.Delta(3, VersionVector.Empty, Vector((3, 1)), [Live("a", 1, 1, 3, 1)]);
        solo.Told(2, VersionVector.Empty, retired: Vector((3, 1)));
        solo.Machine.Map.Vector[Uid(3)].ShouldBe(1ul);
        solo.Members(2);
        solo.After(Retention * 2);
        solo.After(Retention * 2);
        solo.Told(2, VersionVector.Empty, retired: Vector((3, 1)));
        solo.Machine.Map.Vector[Uid(3)].ShouldBe(1ul);
    }

    [Fact]
    public void One_that_comes_back_goes_on_where_it_was()
    {
        var solo = Retired();
        solo.Members(2, 3);
        solo.Machine.Map.Vector[Uid(3)].ShouldBe(1ul);
        solo.Told(2, Vector((2, 1)), retired: Vector((3, 1)));
        solo.Told(3, Vector((3, 1)));
        solo.Delta(3, Vector((3, 1)), Vector((3, 2)), [Live("c", 1, 1, 3, 2)]);
        solo.Machine.Map.Vector[Uid(3)].ShouldBe(2ul);
    }

    [Fact]
    public void It_is_named_no_more_when_nobody_else_names_it()
    {
        var solo = Retired();
        solo.Told(2, Vector((2, 1), (3, 1)));
        solo.After(TimeSpan.FromHours(1));
        solo.After(Gossip);
        solo.Digests(2)[^1].Retired.Count.ShouldBe(1);
        solo.Told(2, Vector((2, 1)));
        solo.After(Gossip);
        solo.After(Gossip);
        solo.Digests(2)[^1].Retired.Count.ShouldBe(0);
    }

    /// <summary>It covers a write of 3, which another has superseded, and 3 has left.</summary>
    private static Solo Departed()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.Delta(3, VersionVector.Empty, Vector((3, 1)), [Live("a", 1, 1, 3, 1)]);
        solo.Register("a", epoch: 2);
        solo.Members(2);
        solo.After(Gossip);
        return solo;
    }

    private static Solo Retired()
    {
        var solo = Departed();
        solo.After(Retention);
        solo.After(Gossip);
        solo.Machine.Map.Vector[Uid(3)].ShouldBe(0ul);
        solo.Clear();
        return solo;
    }
}
