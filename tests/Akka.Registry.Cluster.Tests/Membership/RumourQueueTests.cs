using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;
using static Akka.Registry.Cluster.Tests.Membership.MachineRig;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class RumourQueueTests
{
    [Fact]
    public void A_rumour_goes_out_as_often_as_the_limit_says()
    {
        var queue = new RumourQueue(1_400);
        queue.Add(Up(Node(2)));

        for (var transmit = 0; transmit < 3; transmit++)
            queue.Take(3).ShouldBe([Up(Node(2))]);

        queue.Take(3).ShouldBeEmpty();
        queue.Count.ShouldBe(0);
    }

    [Fact]
    public void Fewest_transmits_go_first_and_among_those_the_latest()
    {
        var bytes = SwimCodec.WireBytes(Up(Node(2)));
        var queue = new RumourQueue(2 * bytes);
        queue.Add(Up(Node(2)));
        queue.Add(Up(Node(3)));
        queue.Add(Up(Node(4)));

        queue.Take(9).ShouldBe([Up(Node(4)), Up(Node(3))]);
        queue.Take(9)[0].ShouldBe(Up(Node(2)));
    }

    [Fact]
    public void A_later_rumour_about_a_member_takes_the_place_of_the_older()
    {
        var queue = new RumourQueue(1_400);
        queue.Add(Up(Node(2)));
        queue.Take(2);
        queue.Add(Suspects(Node(2), accuser: 3));

        queue.Take(2).ShouldBe([Suspects(Node(2), accuser: 3)]);
        queue.Take(2).ShouldBe([Suspects(Node(2), accuser: 3)]);
        queue.Count.ShouldBe(0);
    }

    [Fact]
    public void A_message_carries_no_more_bytes_than_it_may()
    {
        var queue = new RumourQueue(1_400);
        for (var uid = 2UL; uid < 200; uid++)
            queue.Add(Up(Node(uid)));

        var taken = queue.Take(4);

        var bytes = taken.Sum(SwimCodec.WireBytes);
        bytes.ShouldBeInRange(1_400 - SwimCodec.WireBytes(Up(Node(199))), 1_400);
        SwimCodec.Encode(new SwimMessage.Gossip(taken)).Payload.Length.ShouldBe(bytes);
    }

    [Fact]
    public void What_has_to_go_along_goes_first_and_not_twice()
    {
        var queue = new RumourQueue(1_400);
        queue.Add(Up(Node(2)));
        queue.Add(Up(Node(3)));

        queue.Take(4, first: Up(Node(2))).ShouldBe([Up(Node(2)), Up(Node(3))]);
        new RumourQueue(1_400).Take(4, first: Up(Node(2))).ShouldBe([Up(Node(2))]);
    }

    [Fact]
    public void Every_rumour_goes_out_its_full_number_of_times_however_many_wait()
    {
        var queue = new RumourQueue(500);
        for (var uid = 2UL; uid < 102; uid++)
            queue.Add(Up(Node(uid)));

        var counts = new Dictionary<ulong, int>();
        while (queue.Count > 0)
        {
            foreach (var rumour in queue.Take(5))
                counts[rumour.Node.Uid.Value] = counts.GetValueOrDefault(rumour.Node.Uid.Value) + 1;
        }

        counts.Count.ShouldBe(100);
        counts.Values.ShouldAllBe(count => count == 5);
    }
}
