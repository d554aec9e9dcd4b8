using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Sessions;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Session;

public class BeatCostTests
{
    [Fact]
    public void Taking_a_frame_of_beats_allocates_nothing()
    {
        var leases = new SessionLeases();
        var ids = new ulong[5_000];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = leases.Put(new LeaseKey(new RecordKey("orders", $"i-{i}"), 1));
        var frame = LeasePack.Write(ids);
        var desk = new BeatDesk(leases, lease => lease.Epoch == 1);
        Take(desk, frame);

        Allocated.By(() =>
        {
            for (var i = 0; i < 100; i++)
                Take(desk, frame);
        }).ShouldBe(0);
        (desk.Due.Length, desk.Troubled.Count, desk.Unknown.Count).ShouldBe((5_000, 0, 0));
        desk.Due.Span[4_999].Key.Instance.ShouldBe("i-4999");
    }

    [Fact]
    public void Beats_are_sorted_by_what_they_need()
    {
        var leases = new SessionLeases();
        var untroubled = new LeaseKey(new RecordKey("orders", "a"), 1);
        var troubled = new LeaseKey(new RecordKey("orders", "b"), 1);
        var desk = new BeatDesk(leases, lease => lease == untroubled);
        Take(desk, LeasePack.Write([leases.Put(troubled), 0, leases.Put(untroubled)]));
        desk.Due.ToArray().ShouldBe([untroubled]);
        desk.Troubled.ShouldBe([troubled]);
        desk.Unknown.ShouldBe([0ul]);
    }

    [Fact]
    public void An_array_that_was_let_go_is_not_used_again()
    {
        var leases = new SessionLeases();
        var lease = new LeaseKey(new RecordKey("orders", "a"), 1);
        var frame = LeasePack.Write([leases.Put(lease)]);
        var desk = new BeatDesk(leases, _ => true);
        Take(desk, frame);
        var lent = desk.Due;
        desk.LetGo();
        leases.Remove(lease);
        Take(desk, LeasePack.Write([leases.Put(new LeaseKey(new RecordKey("orders", "b"), 1))]));
        lent.Span[0].ShouldBe(lease);
    }

    [Fact]
    public void A_number_names_one_lease_alone()
    {
        var leases = new SessionLeases();
        var first = new LeaseKey(new RecordKey("orders", "a"), 1);
        var id = leases.Put(first);
        leases.Put(first).ShouldBe(id);
        leases.TryFind(id, out var found).ShouldBeTrue();
        found.ShouldBe(first);

        var newer = first with { Epoch = 2 };
        var newerId = leases.Put(newer);
        leases.TryFind(id, out _).ShouldBeFalse();
        leases.IdOf(first).ShouldBe(0ul);
        leases.Remove(first);                           // Of an epoch that is over: not the newer one.
        leases.TryFind(newerId, out found).ShouldBeTrue();
        found.ShouldBe(newer);

        leases.Remove(newer);
        var other = leases.Put(new LeaseKey(new RecordKey("orders", "b"), 1));
        ((uint)other).ShouldBe((uint)newerId);          // The same slot,
        leases.TryFind(newerId, out _).ShouldBeFalse(); // and yet another number.
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(5_000)]
    public void A_pack_is_the_protobuf_message_that_it_says_it_is(int count)
    {
        var message = new SessionBeats();
        for (var i = 0; i < count; i++)
            message.Leases.Add(((ulong)i << 32) | 7);
        var frame = LeasePack.Write([.. message.Leases]);
        frame.Payload.ToArray().ShouldBe(message.ToByteArray());
        LeasePack.TryRead(frame.Payload.Span, out var pack).ShouldBeTrue();
        pack.Count.ShouldBe(count);
        for (var i = 0; i < count; i++)
            pack[i].ShouldBe(((ulong)i << 32) | 7);
    }

    [Fact]
    public void No_bytes_of_a_stranger_are_more_than_refused()
    {
        var random = new Random(11);
        var taken = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(1, 24)];
            random.NextBytes(bytes);
            bytes[0] = 0x0A;
            if (random.Next(2) == 0 && bytes.Length > 1)
                bytes[1] = (byte)(bytes.Length - 2);
            if (!LeasePack.TryRead(bytes, out var pack))
                continue;
            taken++;
            (pack.Count * 8).ShouldBeLessThanOrEqualTo(bytes.Length - 2);
        }

        taken.ShouldBeGreaterThan(100);
    }

    private static void Take(BeatDesk desk, in Frame frame)
    {
        LeasePack.TryRead(frame.Payload.Span, out var pack);
        desk.Sort(pack);
    }
}
