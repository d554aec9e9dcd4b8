using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Leases;

public class LeaseTableCostTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly Instant Start = new(0);
    private static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void A_lease_takes_at_most_80_bytes(int count)
    {
        var table = TableOf(count, out _);
        ((double)table.Bytes / count).ShouldBeLessThanOrEqualTo(80);
    }

    [Fact]
    public void Beats_and_sweeps_without_news_allocate_nothing()
    {
        var table = TableOf(10_000, out var leases);
        var sweep = new LeaseSweep();
        var key = new RecordKey("orders", "i17");
        table.Advance(Start + Interval, sweep);
        table.ExpiresAt(key, 1).ShouldNotBeNull();

        // Two minutes, so that every lease is popped and armed again several times; before them two in which the loops are compiled, which may
        // happen on this thread.
        Beat(1, 120).ShouldBe(120_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var renewed = Beat(121, 240);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        renewed.ShouldBe(120_000);
        (sweep.Missed.Count, sweep.Expired.Count, sweep.Revived.Count).ShouldBe((0, 0, 0));

        int Beat(int first, int last)
        {
            var taken = 0;
            for (var second = first; second <= last; second++)
            {
                var now = Start + TimeSpan.FromSeconds(second);
                if (second % 10 == 0)
                {
                    foreach (var lease in leases)
                        taken += table.Renew(lease, now) ? 1 : 0;
                }

                table.Advance(now, sweep);
                table.ExpiresAt(key, 1);
            }

            return taken;
        }
    }

    [Fact]
    public void Leases_that_come_and_go_leave_nothing_behind()
    {
        var table = TableOf(2_000, out _);
        var bytes = table.Bytes;
        for (var i = 0; i < 200_000; i++)
        {
            var key = new RecordKey("jobs", $"j{i}");
            table.Grant(key, 1, Terms, Start, out _, out _);
            table.Release(key).Key.Key.ShouldBeSameAs(key);
        }

        table.Count.ShouldBe(2_000);
        table.Bytes.ShouldBeLessThanOrEqualTo(bytes + 70_000);
        table.LiveCountOf("jobs").ShouldBe(0);
    }

    [Fact]
    public async Task Readers_on_other_threads_never_miss_a_lease_that_stays_and_never_read_a_torn_one()
    {
        var table = new LeaseTable(Interval, Start);
        var stays = new RecordKey("orders", "stays");
        table.Grant(stays, 1, Terms, Start, out var lease, out _);
        var comes = new RecordKey("orders", "comes");
        var odd = new LeaseTerms(TimeSpan.FromSeconds(7), TimeSpan.Zero);
        using var ended = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reader = Task.Run(() =>
        {
            long reads = 0;
            var last = Start;
            while (!ended.IsCancellationRequested)
            {
                var expiresAt = table.ExpiresAt(stays, 1) ?? throw new InvalidOperationException($"Missed at read {reads}.");
                if (expiresAt < last)
                    throw new InvalidOperationException($"Went back at read {reads}.");
                last = expiresAt;
                if (table.ExpiresAt(comes, 2) is { } other && (other.Ticks - odd.Ttl.Ticks) % 1_000 != 500)
                    throw new InvalidOperationException($"Torn at read {reads}: {other}.");
                if (table.FindLive("orders", "stays", 1, out _) != lease)
                    throw new InvalidOperationException($"Not found at read {reads}.");
                if (table.FindLive("orders", "comes", null, out var found) != default && found != new LeaseKey(comes, 2))
                    throw new InvalidOperationException($"Another one found at read {reads}: {found}.");
                reads++;
                begun.TrySetResult();
            }

            return reads;
        });
        await Task.WhenAny(begun.Task, reader);

        // The table grows, slots change hands, and one key comes and goes among them.
        for (var i = 1; i <= 60_000; i++)
        {
            var now = new Instant(i * 1_000L);
            table.Renew(lease, now);
            table.Grant(comes, 2, odd, new Instant(i * 1_000L + 500), out _, out _);
            table.Grant(new RecordKey("orders", $"i{i}"), 1, Terms, now, out _, out _);
            table.Release(comes);
            if (i % 3 == 0)
                table.Release(new RecordKey("orders", $"i{i - 1}"));
        }

        await ended.CancelAsync();
        (await reader).ShouldBeGreaterThan(0);
    }

    private static LeaseTable TableOf(int count, out LeaseId[] leases)
    {
        var table = new LeaseTable(Interval, Start);
        leases = new LeaseId[count];
        for (var i = 0; i < count; i++)
            table.Grant(new RecordKey("orders", $"i{i}"), 1, Terms, Start, out leases[i], out _);
        return table;
    }
}
