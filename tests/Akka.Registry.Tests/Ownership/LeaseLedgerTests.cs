using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Ownership;

public class LeaseLedgerTests
{
    private static readonly NodeUid Self = new(1);
    private static readonly NodeUid Other = new(2);
    private static readonly RecordKey Key = new("orders", "a");
    private static readonly LeaseKey Lease = new(Key, 7);

    private readonly LeaseLedger _ledger = new(Self);
    private readonly InstanceCodec _codec = new();
    private ulong _written;

    [Fact]
    public void A_record_of_this_node_grants_and_another_of_the_same_epoch_leaves_the_lease_alone()
    {
        var first = Mine();
        Replace(null, first);
        Orders().ShouldHaveSingleItem().ShouldBe(new LeaseOrder(Key, 7, Terms));
        Replace(first, Mine());
        Orders().ShouldBeEmpty();
        Writes().ShouldBeEmpty();
    }

    [Fact]
    public void A_registration_under_way_renews_with_the_terms_that_it_wrote()
    {
        var first = Mine();
        Replace(null, first);
        Orders();
        _ledger.RegistrationBegins(Key);
        Replace(first, Mine());
        _ledger.RegistrationEnds(Key, null);
        Orders().ShouldHaveSingleItem().IsEnd.ShouldBeFalse();
    }

    [Fact]
    public void A_verdict_from_before_the_grant_is_void()
    {
        var entry = Replace(null, Mine())!;
        _ledger.Missed(Lease, entry);
        _ledger.Expired(Lease, entry);
        Writes().ShouldBeEmpty();

        _ledger.Settled(_ledger.GrantsMade);
        _ledger.Missed(Lease, entry);
        Writes().ShouldHaveSingleItem().ShouldBeOfType<MapWrite.Replace>().Expected.ShouldBe(entry.Record.Order);
    }

    [Fact]
    public void A_verdict_that_is_taken_back_before_its_turn_is_not_written()
    {
        var entry = Granted(Mine());
        _ledger.Missed(Lease, entry);
        _ledger.Heard(Key);
        _ledger.HasWrites.ShouldBeTrue();
        Writes().ShouldBeEmpty();

        _ledger.Missed(Lease, entry);
        _ledger.Expired(Lease, entry);
        Writes().ShouldAllBe(write => write is MapWrite.Evict);
    }

    [Fact]
    public void An_answer_that_is_older_than_the_latest_grant_settles_nothing()
    {
        var first = Mine();
        Replace(null, first);
        var settled = _ledger.GrantsMade;
        _ledger.RegistrationBegins(Key);
        var entry = Replace(first, Mine())!;
        _ledger.RegistrationEnds(Key, entry);
        _ledger.Settled(settled);
        _ledger.Missed(Lease, entry);
        Writes().ShouldBeEmpty();
        _ledger.Settled(_ledger.GrantsMade);
        _ledger.Missed(Lease, entry);
        Writes().Count.ShouldBe(1);
    }

    [Fact]
    public void A_verdict_is_repeated_until_it_stands()
    {
        var first = Mine();
        var entry = Granted(first);
        _ledger.Missed(Lease, entry);
        Writes().Count.ShouldBe(1);
        var overtaken = Mine();
        Replace(first, overtaken);
        Writes().ShouldHaveSingleItem().ShouldBeOfType<MapWrite.Replace>().Expected.ShouldBe(overtaken.Order);
        Replace(overtaken, Mine(value => value.LeaseMissed = true));
        Writes().ShouldBeEmpty();
    }

    [Fact]
    public void An_expiry_while_the_instance_registers_waits_for_the_answer()
    {
        var entry = Granted(Mine());
        _ledger.RegistrationBegins(Key);
        _ledger.Expired(Lease, entry);
        Writes().ShouldBeEmpty();
        _ledger.RegistrationEnds(Key, entry); // It was refused: nobody is there.
        Writes().ShouldHaveSingleItem().ShouldBe(new MapWrite.Evict(Key, entry.Record.Order));
    }

    [Fact]
    public void An_expiry_that_a_registration_overtakes_is_over()
    {
        var first = Mine();
        var entry = Granted(first);
        _ledger.RegistrationBegins(Key);
        _ledger.Expired(Lease, entry);
        var again = Replace(first, Mine());
        _ledger.RegistrationEnds(Key, again);
        Writes().ShouldBeEmpty();
        Orders().Count(order => !order.IsEnd).ShouldBe(1);
    }

    [Fact]
    public void A_quarantine_takes_the_silence_back_and_a_miss_ends_it()
    {
        var first = Mine(value => value.LeaseMissed = true);
        var entry = Granted(first);
        _ledger.Quarantined(Lease, entry);
        Flags(Writes().ShouldHaveSingleItem()).ShouldBe((false, true));

        var held = Replace(first, Mine(value => value.Unverified = true))!;
        _ledger.Missed(Lease, held);
        Flags(Writes().ShouldHaveSingleItem()).ShouldBe((true, false));
    }

    [Fact]
    public void A_beat_clears_both_flags_and_writes_nothing_where_there_are_none()
    {
        _ledger.Beaten(Key, 7, Granted(Mine()));
        Writes().ShouldBeEmpty();
        _ledger.Beaten(Key, 7, Granted(Mine(value => value.Unverified = true)));
        Flags(Writes().ShouldHaveSingleItem()).ShouldBe((false, false));
    }

    [Fact]
    public void Verdicts_about_what_this_node_does_not_own_change_nothing()
    {
        var theirs = Decode(Record(Other))!;
        _ledger.Missed(Lease, theirs);
        _ledger.Expired(Lease, theirs);
        _ledger.Beaten(Key, 7, theirs);
        _ledger.Missed(Lease, null);
        _ledger.Expired(new LeaseKey(Key, 6), Granted(Mine()));
        Writes().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_foreign_eviction_keeps_the_lease_and_writes_at_once_only_what_runs(bool runs, int writes)
    {
        var first = Mine();
        Granted(first);
        var tombstone = Removal(first, Other);
        _ledger.Replaced(first, tombstone, null, new Instant(runs ? 101 : 100), new Instant(100));
        Orders().ShouldBeEmpty();
        _ledger.ContestOf(Key)!.Tombstone.ShouldBe(tombstone.Order);
        var written = Writes();
        written.Count.ShouldBe(writes);
        if (runs)
            written[0].ShouldBeOfType<MapWrite.Replace>().Revive.ShouldBeTrue();
    }

    [Fact]
    public void A_contested_lease_that_is_written_again_is_not_granted_anew()
    {
        var (_, tombstone) = Contest();
        var again = Mine();
        _ledger.Replaced(tombstone, again, Decode(again), runsUntil: new Instant(200), default);
        Orders().ShouldBeEmpty();
        _ledger.ContestedCount.ShouldBe(0);
    }

    /// <summary>Its end may not have been told yet, or was told of a life before: the entry must be judged by somebody.</summary>
    [Fact]
    public void A_contested_lease_that_has_run_out_is_granted_anew_when_the_entry_is_back()
    {
        var (_, tombstone) = Contest();
        var entry = Replace(tombstone, Mine())!;
        Orders().ShouldHaveSingleItem().ShouldBe(new LeaseOrder(Key, 7, Terms));

        _ledger.Expired(Lease, entry);
        Writes().ShouldBeEmpty("the verdict is older than the grant");
    }

    [Fact]
    public void A_lease_that_has_expired_is_not_contested_when_another_node_evicts_first()
    {
        var first = Mine();
        var entry = Granted(first);
        _ledger.Expired(Lease, entry);
        Writes().ShouldHaveSingleItem().ShouldBeOfType<MapWrite.Evict>();

        _ledger.Replaced(first, Removal(first, Other), null, null, default);

        _ledger.ContestedCount.ShouldBe(0);
        Writes().ShouldBeEmpty();
    }

    [Fact]
    public void A_contested_lease_that_expires_is_forgotten_without_a_write()
    {
        Contest();
        _ledger.Missed(Lease, null);
        _ledger.Expired(Lease, null);
        _ledger.ContestedCount.ShouldBe(0);
        Writes().ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_else_wins_over_a_contested_lease_releases_it()
    {
        foreach (var after in new[] { Record(Other), Record(Other, epoch: 8) with { Order = new RecordOrder(8, false, default, true) } })
        {
            var (_, tombstone) = Contest();
            _ledger.Replaced(tombstone, after, Decode(after), null, default);
            Orders().ShouldHaveSingleItem().ShouldBe(LeaseOrder.End(Key));
            _ledger.ContestedCount.ShouldBe(0);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void The_verdict_of_a_node_that_does_not_hear_it_gives_way_to_a_lease_that_runs_here(bool missed, bool runs)
    {
        var first = Mine();
        Granted(first);
        var verdict = Record(Other, change: value => (value.LeaseMissed, value.Unverified) = (missed, !missed));
        _ledger.Replaced(first, verdict, Decode(verdict), new Instant(runs ? 101 : 100), new Instant(100));
        if (!runs)
        {
            Orders().ShouldHaveSingleItem().ShouldBe(LeaseOrder.End(Key));
            Writes().ShouldBeEmpty();
            return;
        }

        Orders().ShouldBeEmpty();
        var write = Writes().ShouldHaveSingleItem().ShouldBeOfType<MapWrite.Replace>();
        (write.Expected, Flags(write)).ShouldBe((verdict.Order, (false, false)));
        var again = Mine();
        _ledger.Replaced(verdict, again, Decode(again), new Instant(101), new Instant(100));
        Orders().ShouldBeEmpty("the lease has run on");
        _ledger.ContestedCount.ShouldBe(0);
    }

    [Fact]
    public void This_nodes_own_eviction_releases()
    {
        var first = Mine();
        Granted(first);
        _ledger.Replaced(first, Removal(first, Self), null, new Instant(200), new Instant(100));
        Orders().ShouldHaveSingleItem().ShouldBe(LeaseOrder.End(Key));
        _ledger.ContestedCount.ShouldBe(0);
    }

    /// <summary>Only a state that is taken anew goes back in epochs: the newer lease must not stand in the way of the older one.</summary>
    [Fact]
    public void An_older_epoch_of_this_node_over_a_newer_one_of_its_own_ends_the_newer_lease_first()
    {
        var newer = Record(Self, epoch: 8);
        Replace(null, newer);
        Orders();
        Replace(newer, Record(Self, epoch: 7));
        Orders().ShouldBe([LeaseOrder.End(Key), new LeaseOrder(Key, 7, Terms)]);
    }

    private static LeaseTerms Terms => new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));

    private static (bool Missed, bool Unverified) Flags(MapWrite write)
    {
        var value = InstanceValue.Parser.ParseFrom(write.ShouldBeOfType<MapWrite.Replace>().Value.Span);
        return (value.LeaseMissed, value.Unverified);
    }

    private static MapRecord Removal(MapRecord removed, NodeUid by) =>
        MapRecord.Of(removed.Key, removed.Order with { Evicted = true }, new Dot(by, 900), default);

    private MapRecord Mine(Action<InstanceValue>? change = null) => Record(Self, change: change);

    private MapRecord Record(NodeUid origin, ulong epoch = 7, Action<InstanceValue>? change = null)
    {
        var order = new RecordOrder(epoch, false, new Stamp(new HybridTimestamp(++_written), origin), false);
        return MapRecord.Of(Key, order, new Dot(origin, _written), RegistryWorld.Value(RegistryWorld.Registration("a"), change));
    }

    private ServiceEntry? Decode(MapRecord record) => record.IsLive && _codec.TryDecode(record, out var entry) ? entry : null;

    private ServiceEntry? Replace(MapRecord? before, MapRecord after)
    {
        var entry = Decode(after);
        _ledger.Replaced(before, after, entry, null, default);
        return entry;
    }

    /// <summary>A lease that the scheduler knows of.</summary>
    private ServiceEntry Granted(MapRecord record)
    {
        var entry = Replace(null, record)!;
        _ledger.Settled(_ledger.GrantsMade);
        Orders();
        return entry;
    }

    private (MapRecord First, MapRecord Tombstone) Contest()
    {
        var first = Mine();
        Granted(first);
        var tombstone = Removal(first, Other);
        _ledger.Replaced(first, tombstone, null, null, default);
        return (first, tombstone);
    }

    private List<LeaseOrder> Orders()
    {
        var orders = _ledger.Orders.ToList();
        _ledger.Orders.Clear();
        return orders;
    }

    private List<MapWrite> Writes()
    {
        var writes = new List<MapWrite>();
        while (_ledger.TryTakeWrite(out var write))
            writes.Add(write);
        return writes;
    }
}
