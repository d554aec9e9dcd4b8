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
    private static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));

    private readonly LeaseScheduler _scheduler = new(new LeaseOptions(), default);
    private readonly SessionLeases _leases = new();

    [Fact]
    public void Taking_a_frame_of_beats_allocates_nothing()
    {
        var ids = new ulong[5_000];
        var places = new LeaseId[ids.Length];
        for (var i = 0; i < ids.Length; i++)
            (ids[i], places[i]) = Granted($"i-{i}");
        var frame = LeasePack.Write(ids);
        var desk = new BeatDesk(_leases, _scheduler, lease => lease.Epoch == 1);
        Take(desk, frame);

        Allocated.By(() =>
        {
            for (var i = 0; i < 100; i++)
                Take(desk, frame);
        }).ShouldBe(0);
        desk.Due.ToArray().ShouldBe(places);
        (desk.Troubled.Count, desk.Unknown.Count).ShouldBe((0, 0));
    }

    [Fact]
    public void Beats_are_sorted_by_what_they_need()
    {
        var (id, place) = Granted("a");
        var (contestedId, _) = Granted("b");
        var contested = Lease("b");
        var elsewhere = Lease("c");
        var desk = new BeatDesk(_leases, _scheduler, lease => lease != contested);
        Take(desk, LeasePack.Write([contestedId, _leases.Put(elsewhere), 0, id]));
        desk.Due.ToArray().ShouldBe([place]);
        desk.DueKeys().ShouldBe([Lease("a")]);
        desk.Troubled.ShouldBe([contested, elsewhere]);
        desk.Unknown.ShouldBe([0ul]);
    }

    [Fact]
    public void A_lease_that_was_granted_anew_is_found_where_it_is_now()
    {
        var (id, place) = Granted("a");
        var desk = new BeatDesk(_leases, _scheduler, _ => true);
        Take(desk, LeasePack.Write([id]));
        _scheduler.Release(Lease("a").Key);
        Take(desk, LeasePack.Write([id]));
        (desk.Due.Length, desk.Troubled.Count).ShouldBe((0, 1));

        var again = _scheduler.Grant(Lease("a").Key, 1, Terms, default);
        again.ShouldNotBe(place);
        Take(desk, LeasePack.Write([id]));
        desk.Due.ToArray().ShouldBe([again]);
    }

    [Fact]
    public void What_ended_before_its_beat_was_taken_is_decided_by_itself()
    {
        var (first, _) = Granted("a");
        var (second, place) = Granted("b");
        var desk = new BeatDesk(_leases, _scheduler, _ => true);
        Take(desk, LeasePack.Write([first, second]));
        desk.Return([place]);
        desk.Troubled.ShouldBe([Lease("b")]);
    }

    [Fact]
    public void An_array_that_was_let_go_is_not_used_again()
    {
        var (id, place) = Granted("a");
        var desk = new BeatDesk(_leases, _scheduler, _ => true);
        Take(desk, LeasePack.Write([id]));
        var lent = desk.Due;
        desk.LetGo();
        Take(desk, LeasePack.Write([Granted("b").Id]));
        lent.Span[0].ShouldBe(place);
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
        leases.Remove(first.Key, first.Epoch);          // Of an epoch that is over: not the newer one.
        leases.TryFind(newerId, out found).ShouldBeTrue();
        found.ShouldBe(newer);

        leases.Remove(newer.Key, newer.Epoch);
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

    private static LeaseKey Lease(string instance) => new(new RecordKey("orders", instance), 1);

    private (ulong Id, LeaseId Place) Granted(string instance) =>
        (_leases.Put(Lease(instance)), _scheduler.Grant(Lease(instance).Key, 1, Terms, default));

    private static void Take(BeatDesk desk, in Frame frame)
    {
        LeasePack.TryRead(frame.Payload.Span, out var pack);
        desk.Sort(pack);
    }
}
