using Akka.Registry.Actors;
using Shouldly;
using Xunit;
using static Akka.Registry.DistributedData.Tests.Make;

namespace Akka.Registry.DistributedData.Tests.Replicator;

/// <summary>From a write here until a peer has confirmed it, on this node's clock alone.</summary>
public class DelayTests
{
    [Fact]
    public void Each_peer_that_confirms_counts_once_and_the_oldest_unconfirmed_write_waits()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.Register("a");
        solo.After(Milliseconds(4));
        solo.AckLast(2);
        Taken(solo).ShouldBe([Milliseconds(4)]);
        solo.Machine.Delays.Summarize(solo.Now).Unconfirmed.ShouldBe(Milliseconds(4), "node 3 has not said so");
        solo.After(Milliseconds(3));
        solo.AckLast(3);
        Taken(solo).ShouldBe([Milliseconds(7)]);
        var lag = solo.Machine.Delays.Summarize(solo.Now);
        (lag.Unconfirmed, lag.Confirmations, lag.Median, lag.P99, lag.Longest)
            .ShouldBe((TimeSpan.Zero, 2, Milliseconds(4), Milliseconds(7), Milliseconds(7)));
        solo.Told(2, Vector((1, 1)));
        Taken(solo).ShouldBeEmpty("it is not confirmed twice");
    }

    [Fact]
    public void A_digest_confirms_as_well_and_of_many_writes_the_oldest_counts()
    {
        var solo = Solo.Synchronized(peers: [2]);
        solo.Register("a");
        solo.After(Milliseconds(10));
        solo.Register("b");
        solo.After(Milliseconds(5));
        solo.Told(2, Vector((1, 2)));
        Taken(solo).ShouldBe([Milliseconds(15)]);
    }

    [Fact]
    public void A_peer_that_is_filled_or_falls_away_is_waited_for_no_longer_and_confirms_nothing()
    {
        var solo = Solo.Synchronized(peers: [2, 3]);
        solo.Register("a");
        solo.AckLast(2);
        Taken(solo);
        solo.After(Milliseconds(500));
        solo.MembersDown(current: [2], down: [3]);
        solo.Machine.Delays.Waiting.ShouldBeNull();

        solo.Register("b");
        solo.AckLast(2);
        Taken(solo);
        solo.Members(2, 4);
        solo.Told(4, VersionVector.Empty, synchronized: false);
        solo.After(Milliseconds(900));
        solo.Told(4, Vector((1, 2)));
        Taken(solo).ShouldBeEmpty("what it was filled with was never under way to it as news");
    }

    [Fact]
    public void What_is_older_than_five_minutes_counts_no_more_and_what_is_kept_has_a_limit()
    {
        var delays = new ConfirmationDelays();
        var now = new Instant(TimeSpan.TicksPerSecond);
        for (ulong i = 1; i <= ConfirmationDelays.KeptMax + 10; i++)
        {
            delays.Wrote(i, now);
            delays.Confirmed(i - 1, i, now + Milliseconds(i <= 10 ? 999 : 2));
            delays.HeldByAll(i);
        }

        delays.Summarize(now).Longest.ShouldBe(Milliseconds(2), "the first ten are forgotten");
        delays.Summarize(now).Confirmations.ShouldBe(ConfirmationDelays.KeptMax);
        delays.Summarize(now + TimeSpan.FromMinutes(6)).Confirmations.ShouldBe(0);
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private static List<TimeSpan> Taken(Solo solo)
    {
        List<TimeSpan> taken = [.. solo.Machine.Delays.News];
        solo.Machine.Delays.News.Clear();
        return taken;
    }
}
