using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Leases;

/// <summary>The governor alone: 15 %, at least 5 entries, a window of 30 s, a hold of 10 minutes.</summary>
public class MassFailureGovernorTests
{
    private static readonly Instant Start = new(0);

    private readonly MassFailureGovernor _governor = new(new GovernorOptions());
    private readonly Census _census = new();
    private readonly GovernorRuling _ruling = new();
    private uint _generation = 1;

    [Fact]
    public void A_share_of_15_percent_falls()
    {
        _census["orders"] = 85;
        Consider(Start, Lose("orders", 15)).ShouldBe("fall 15");
        _governor.Quarantines().ShouldBeEmpty();
    }

    [Fact]
    public void More_than_15_percent_is_held_with_the_reason()
    {
        _census["orders"] = 84;
        Consider(Start, Lose("orders", 16)).ShouldBe("hold orders 16");
        var reason = "16 of 100 leases of 'orders' at this node fell silent within 30 s, more than 15 %: this node doubts itself first.";
        _ruling.Hold[0].Reason.ShouldBe(reason);
        _governor.Quarantines().ShouldBe([new QuarantineStatus("orders", 16, Start, Start + TimeSpan.FromMinutes(10), reason)]);
    }

    [Fact]
    public void Fewer_than_five_are_never_held_not_even_when_it_is_all_of_them()
    {
        Consider(Start, Lose("orders", 4)).ShouldBe("fall 4");
        Consider(Start, [.. Lose("a", 3), .. Lose("b", 4), .. Lose("c", 2)]).ShouldBe("fall 9");
    }

    [Fact]
    public void Losses_within_the_window_count_together_and_what_fell_is_taken_back()
    {
        _census["orders"] = 97;
        Consider(At(0), Lose("orders", 3)).ShouldBe("fall 3");
        _census["orders"] = 90;
        Consider(At(10), Lose("orders", 7)).ShouldBe("fall 7");
        _census["orders"] = 84;
        Consider(At(29), Lose("orders", 6)).ShouldBe("hold orders 16");
    }

    [Fact]
    public void Losses_outside_the_window_do_not_count()
    {
        _census["orders"] = 90;
        Consider(At(0), Lose("orders", 10)).ShouldBe("fall 10");
        _census["orders"] = 80;
        Consider(At(30), Lose("orders", 10)).ShouldBe("fall 10");
        _governor.Forget(default, "orders").ShouldBeFalse();
    }

    [Fact]
    public void What_fell_and_expired_counts_but_cannot_be_taken_back()
    {
        _census["orders"] = 90;
        var gone = Lose("orders", 10);
        Consider(At(0), gone).ShouldBe("fall 10");
        foreach (var lease in gone[..4])
            _governor.Expire(lease.Id, "orders");
        _census["orders"] = 80;
        Consider(At(5), Lose("orders", 10)).ShouldBe("hold orders 16");
        Consider(At(31)).ShouldBe("");
        _census["orders"] = 100;
        Consider(At(32)).ShouldBe("let fall ShareFell 16");
    }

    [Fact]
    public void A_doubt_begins_with_a_loss_and_not_because_others_leave()
    {
        _census["orders"] = 90;
        Consider(At(0), Lose("orders", 10)).ShouldBe("fall 10");
        _census["orders"] = 10;
        Consider(At(1)).ShouldBe("");
        Consider(At(2), Lose("payments", 5)).ShouldBe("hold orders 10, hold payments 5");
    }

    [Fact]
    public void A_registry_in_doubt_holds_what_its_services_alone_would_let_fall()
    {
        _census["big"] = 50;
        _census["wide"] = 35;
        Consider(At(0), [.. Lose("big", 8), .. Lose("wide", 6), .. Lose("small", 4)]).ShouldBe("hold big 8, hold wide 6, fall 4");
        _ruling.Hold[0].Reason.ShouldStartWith("18 of 103 leases of all services at this node fell silent");
    }

    [Fact]
    public void A_held_lease_that_beats_is_free_and_when_enough_beat_the_rest_falls()
    {
        _census["orders"] = 60;
        var lost = Lose("orders", 40);
        Consider(At(0), lost).ShouldBe("hold orders 40");
        foreach (var lease in lost[..24])
            _governor.Forget(lease.Id, "orders").ShouldBeTrue();
        _census["orders"] = 84;
        Consider(At(50)).ShouldBe("");
        _governor.Quarantines()[0].Entries.ShouldBe(16);
        _governor.Forget(lost[24].Id, "orders").ShouldBeTrue();
        _governor.Forget(lost[24].Id, "orders").ShouldBeFalse();
        _census["orders"] = 85;
        Consider(At(51)).ShouldBe("let fall ShareFell 15");
        _governor.Quarantines().ShouldBeEmpty();
        Consider(At(52), Lose("orders", 1)).ShouldBe("fall 1");
    }

    [Fact]
    public void A_hold_ends_after_ten_minutes_for_each_lease_by_its_own_time()
    {
        Consider(At(0), Lose("orders", 10)).ShouldBe("hold orders 10");
        Consider(At(200), Lose("orders", 5)).ShouldBe("hold orders 5");
        Consider(At(599)).ShouldBe("");
        Consider(At(600)).ShouldBe("let fall MaxHold 10");
        Consider(At(799)).ShouldBe("");
        Consider(At(800)).ShouldBe("let fall MaxHold 5");
        _governor.Quarantines().ShouldBeEmpty();
    }

    [Fact]
    public void What_was_let_fall_counts_no_more()
    {
        Consider(At(0), Lose("orders", 20)).ShouldBe("hold orders 20");
        _census["orders"] = 30;
        Consider(At(600)).ShouldBe("let fall MaxHold 20");
        Consider(At(601), Lose("orders", 5)).ShouldBe("fall 5");
    }

    [Fact]
    public void A_lease_that_falls_again_is_held_for_its_new_time()
    {
        var lost = Lose("orders", 10);
        Consider(At(0), lost).ShouldBe("hold orders 10");
        foreach (var lease in lost[..5])
            _governor.Forget(lease.Id, "orders").ShouldBeTrue();
        Consider(At(300), lost[..5]).ShouldBe("hold orders 5");
        Consider(At(600)).ShouldBe("let fall MaxHold 5");
        _ruling.LetFall.Select(exit => exit.Lease).ShouldBe(lost[5..]);
        Consider(At(899)).ShouldBe("");
        Consider(At(900)).ShouldBe("let fall MaxHold 5");
    }

    [Fact]
    public void A_share_of_one_switches_it_off()
    {
        var governor = new MassFailureGovernor(new GovernorOptions { Share = 1 });
        governor.Consider([.. Lose("orders", 100)], _census, Start, _ruling);
        (_ruling.Fall.Count, _ruling.Hold.Count).ShouldBe((100, 0));
    }

    [Fact]
    public void Every_doubt_ends_whatever_happens()
    {
        var random = new Random(42);
        var held = new Dictionary<LeaseId, Instant>();
        var now = Start;
        for (var step = 0; step < 20_000; step++)
        {
            now += TimeSpan.FromMilliseconds(250);
            var service = "s" + random.Next(3);
            _census[service] = random.Next(60);
            if (step < 15_000 && random.Next(40) == 0)
                Consider(now, Lose(service, random.Next(1, 12)));
            else
                Consider(now);
            foreach (var lease in _ruling.Hold.SelectMany(hold => hold.Leases))
                held.Add(lease.Id, now);
            foreach (var (lease, _) in _ruling.LetFall)
                held.Remove(lease.Id).ShouldBeTrue("only what is held is let fall, once");
            held.Values.ShouldAllBe(since => now - since < TimeSpan.FromMinutes(10));
            _governor.Quarantines().Sum(quarantine => quarantine.Entries).ShouldBe(held.Count);
        }

        held.ShouldBeEmpty();
    }

    private static Instant At(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    private JudgedLease[] Lose(string service, int count) =>
        Enumerable.Range(0, count)
            .Select(_ => new JudgedLease(new LeaseId(0, _generation += 2), new LeaseKey(new RecordKey(service, $"i{_generation}"), 1)))
            .ToArray();

    private string Consider(Instant now, params JudgedLease[] missed)
    {
        _ruling.Clear();
        _governor.Consider([.. missed], _census, now, _ruling);
        return string.Join(
            ", ",
            _ruling.Hold.Select(hold => $"hold {hold.Service} {hold.Leases.Length}")
                .Concat(_ruling.LetFall.GroupBy(exit => exit.Exit).Select(exit => $"let fall {exit.Key} {exit.Count()}"))
                .Concat(_ruling.Fall.Count == 0 ? [] : [$"fall {_ruling.Fall.Count}"]));
    }

    private sealed class Census : Dictionary<string, int>, ILeaseCensus
    {
        public int LiveCount => Values.Sum();

        public int LiveCountOf(string service) => this.GetValueOrDefault(service);
    }
}
