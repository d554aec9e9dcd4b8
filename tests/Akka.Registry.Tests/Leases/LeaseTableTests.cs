using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Leases;

public class LeaseTableTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan OneTick = new(1);
    private static readonly Instant Start = new(TimeSpan.FromHours(1).Ticks);
    private static readonly RecordKey Key = new("orders", "a");
    private static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20));

    private readonly LeaseTable _table = new(Interval, Start);
    private readonly LeaseSweep _sweep = new();
    private Instant _now = Start;

    [Fact]
    public void A_lease_is_missed_at_its_ttl_and_not_a_tick_before()
    {
        Grant(Key, 1);
        SweepTo(Start + Terms.Ttl - OneTick).ShouldBe("");
        SweepTo(Start + Terms.Ttl).ShouldBe("missed a");
    }

    [Fact]
    public void It_expires_deregister_after_later_and_not_a_tick_before()
    {
        var lease = Grant(Key, 1);
        SweepTo(Start + Terms.Ttl);
        SweepTo(Start + Terms.Ttl + Terms.DeregisterAfter - OneTick).ShouldBe("");
        _table.Count.ShouldBe(1);
        SweepTo(Start + Terms.Ttl + Terms.DeregisterAfter).ShouldBe("expired a");
        _table.Count.ShouldBe(0);
        _table.Renew(lease, _now).ShouldBeFalse();
        _table.Renew(Key, 1, _now).Outcome.ShouldBe(BeatOutcome.Unknown);
    }

    [Fact]
    public void A_beat_moves_the_deadline_though_nobody_told_the_wheel()
    {
        var lease = Grant(Key, 1);
        SweepTo(Start + TimeSpan.FromSeconds(29.9));
        _table.Renew(lease, _now).ShouldBeTrue();
        SweepTo(_now + Terms.Ttl - OneTick).ShouldBe("");
        SweepTo(_now + OneTick).ShouldBe("missed a");
    }

    [Fact]
    public void A_missed_lease_that_beats_is_revived_by_the_next_sweep_and_once()
    {
        var lease = Grant(Key, 1);
        SweepTo(Start + Terms.Ttl);
        SweepTo(_now + TimeSpan.FromSeconds(7));
        _table.Renew(lease, _now);
        _table.Renew(lease, _now);
        SweepTo(_now + Interval).ShouldBe("revived a");
        SweepTo(_now - Interval + Terms.Ttl - OneTick).ShouldBe("");
        SweepTo(_now + OneTick).ShouldBe("missed a");
    }

    [Fact]
    public void It_never_expires_in_the_sweep_that_first_misses_it()
    {
        _table.Grant(Key, 1, new LeaseTerms(TimeSpan.FromSeconds(2), TimeSpan.Zero), Start, out _, out _);
        SweepTo(Start + TimeSpan.FromSeconds(2)).ShouldBe("missed a");
        SweepTo(_now).ShouldBe("expired a");
    }

    [Fact]
    public void A_newer_epoch_replaces_the_lease_and_an_older_one_changes_nothing()
    {
        var first = Grant(Key, 5);
        _table.Grant(Key, 7, Terms, _now, out var second, out var ended).ShouldBe(GrantOutcome.Replaced);
        ended.ShouldBe(new JudgedLease(first, new LeaseKey(Key, 5)));
        _table.Renew(first, _now).ShouldBeFalse();
        _table.Renew(second, _now).ShouldBeTrue();

        _table.Grant(Key, 5, Terms, _now, out var standing, out _).ShouldBe(GrantOutcome.StaleEpoch);
        standing.ShouldBe(second);
        _table.Renew(Key, 5, _now).ShouldBe(new BeatAnswer(BeatOutcome.StaleEpoch, 7, Terms));
        _table.Renew(Key, 7, _now).ShouldBe(new BeatAnswer(BeatOutcome.Renewed, 7, Terms));
        _table.Renew(Key, 0, _now).ShouldBe(new BeatAnswer(BeatOutcome.Renewed, 7, Terms));
        _table.Renew(Key, 8, _now).ShouldBe(new BeatAnswer(BeatOutcome.Unknown, 0, default));
    }

    [Fact]
    public void Shorter_terms_count_from_the_grant_that_brings_them()
    {
        Grant(Key, 1);
        SweepTo(Start + TimeSpan.FromSeconds(5));
        _table.Grant(Key, 1, new LeaseTerms(TimeSpan.FromSeconds(2), Terms.DeregisterAfter), _now, out _, out _).ShouldBe(GrantOutcome.Renewed);
        SweepTo(_now + TimeSpan.FromSeconds(2) - OneTick).ShouldBe("");
        SweepTo(_now + OneTick).ShouldBe("missed a");
    }

    [Fact]
    public void A_slot_that_is_used_again_does_not_answer_to_its_old_id()
    {
        var old = Grant(Key, 1);
        _table.Release(Key).ShouldBe(new JudgedLease(old, new LeaseKey(Key, 1)));
        var next = Grant(new RecordKey("orders", "b"), 1);
        (next.Value & uint.MaxValue).ShouldBe(old.Value & uint.MaxValue);
        _table.Renew(old, _now).ShouldBeFalse();
        _table.Renew(next, _now).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(0x0000_0001_FFFF_FFFFUL)]
    [InlineData(0x0000_0001_7FFF_FFFFUL)]
    [InlineData(0x0000_0002_0000_0000UL)]
    public void An_id_from_the_wire_may_be_anything(ulong value)
    {
        Grant(Key, 1).Value.ShouldBe(0x0000_0001_0000_0000UL);
        _table.Renew(new LeaseId(value), _now).ShouldBeFalse();
        _table.Hold(new LeaseId(value)).ShouldBeFalse();
        _table.LetFall(new LeaseId(value)).ShouldBeFalse();
    }

    [Fact]
    public void A_lease_that_is_cut_short_is_missed_then_unless_it_beats()
    {
        var other = new RecordKey("orders", "b");
        Grant(Key, 1);
        Grant(other, 1);
        SweepTo(Start + TimeSpan.FromSeconds(1));
        var until = _now + TimeSpan.FromSeconds(1);
        _table.CutShort(new LeaseKey(Key, 1), session: 0, until).ShouldBeTrue();
        _table.CutShort(new LeaseKey(other, 1), session: 0, until).ShouldBeTrue();
        _table.CutShort(new LeaseKey(Key, 2), session: 0, until).ShouldBeFalse();
        _table.Renew(other, 1, _now);
        SweepTo(until - OneTick).ShouldBe("");
        SweepTo(until).ShouldBe("missed a");
        SweepTo(until + Terms.DeregisterAfter).ShouldBe("expired a");
    }

    [Fact]
    public void A_lease_that_ends_sooner_anyway_is_not_prolonged_by_being_cut_short()
    {
        Grant(Key, 1);
        SweepTo(Start + TimeSpan.FromSeconds(29.5));
        _table.CutShort(new LeaseKey(Key, 1), session: 0, _now + TimeSpan.FromSeconds(1));
        SweepTo(Start + Terms.Ttl).ShouldBe("missed a");
    }

    [Fact]
    public void A_held_lease_does_not_expire_until_it_is_let_fall()
    {
        var lease = Grant(Key, 1);
        _table.Hold(lease).ShouldBeFalse();
        SweepTo(Start + Terms.Ttl);
        _table.Hold(lease).ShouldBeTrue();
        SweepTo(_now + TimeSpan.FromMinutes(5)).ShouldBe("");
        _table.LetFall(lease).ShouldBeTrue();
        SweepTo(_now + Interval).ShouldBe("expired a");
    }

    [Fact]
    public void A_held_lease_that_beats_is_revived()
    {
        var lease = Grant(Key, 1);
        SweepTo(Start + Terms.Ttl);
        _table.Hold(lease);
        SweepTo(_now + TimeSpan.FromMinutes(5));
        _table.Renew(lease, _now);
        SweepTo(_now + Interval).ShouldBe("revived a");
        _table.LetFall(lease).ShouldBeFalse();
    }

    [Fact]
    public void Readers_see_until_when_it_must_beat()
    {
        var lease = Grant(Key, 3);
        _table.ExpiresAt(Key, 3).ShouldBe(Start + Terms.Ttl);
        _table.Renew(lease, Start + TimeSpan.FromSeconds(4));
        _table.ExpiresAt(Key, 3).ShouldBe(Start + TimeSpan.FromSeconds(34));
        _table.ExpiresAt(Key, 2).ShouldBeNull();
        _table.ExpiresAt(new RecordKey("orders", "b"), 3).ShouldBeNull();
        _table.Release(Key);
        _table.ExpiresAt(Key, 3).ShouldBeNull();
    }

    private LeaseId Grant(RecordKey key, ulong epoch)
    {
        _table.Grant(key, epoch, Terms, _now, out var lease, out _).ShouldBe(GrantOutcome.Begun);
        return lease;
    }

    /// <summary>
    /// Sweeps every interval up to the moment and at it; what the last sweep found. Those before it must find nothing.
    /// </summary>
    private string SweepTo(Instant moment)
    {
        while (_now + Interval < moment)
            Sweep(_now + Interval).ShouldBe("");
        return Sweep(moment);
    }

    private string Sweep(Instant now)
    {
        _now = now;
        _sweep.Clear();
        _table.Advance(now, _sweep);
        return string.Join(
            ", ",
            _sweep.Missed.Select(lease => "missed " + lease.Key.Key.Instance)
                .Concat(_sweep.Expired.Select(lease => "expired " + lease.Key.Key.Instance))
                .Concat(_sweep.Revived.Select(lease => "revived " + lease.Key.Key.Instance)));
    }
}
