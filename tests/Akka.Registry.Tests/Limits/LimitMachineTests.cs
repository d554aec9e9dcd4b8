using Akka.Registry.Actors;
using Akka.Registry.Limits;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Limits;

public class LimitMachineTests
{
    private static readonly Instant Start = new(1_000);

    [Fact]
    public void Memory_is_high_from_the_mark_on_until_a_little_below_it()
    {
        var gauge = new Gauge { UsedShare = 0.79 };
        var watch = new MemoryWatch(0.8, gauge);
        Tick(watch, 0).ShouldBeFalse();
        gauge.UsedShare = 0.8;
        Tick(watch, 1).ShouldBeTrue();
        watch.IsHigh.ShouldBeTrue();
        gauge.UsedShare = 0.77;
        Tick(watch, 2).ShouldBeFalse();
        watch.IsHigh.ShouldBeTrue();
        gauge.UsedShare = 0.75;
        Tick(watch, 3).ShouldBeTrue();
        watch.IsHigh.ShouldBeFalse();
    }

    [Fact]
    public void While_memory_is_high_the_collector_is_asked_to_look_each_ten_seconds_and_never_else()
    {
        var gauge = new Gauge { UsedShare = 0.5 };
        var watch = new MemoryWatch(0.8, gauge);
        for (var second = 0; second < 30; second++)
            Tick(watch, second);
        gauge.Refreshed.ShouldBe(0);
        gauge.UsedShare = 0.9;
        for (var second = 30; second < 55; second++)
            Tick(watch, second);
        gauge.Refreshed.ShouldBe(3);
    }

    [Fact]
    public void It_looks_once_a_second_and_without_a_mark_not_at_all()
    {
        var gauge = new Gauge { UsedShare = 1 };
        var watch = new MemoryWatch(0.8, gauge);
        for (var quarter = 0; quarter < 40; quarter++)
            Tick(watch, quarter / 4.0);
        gauge.Looks.ShouldBe(10);

        var none = new MemoryWatch(0, gauge);
        Tick(none, 0).ShouldBeFalse();
        new MemoryWatch(0.8, null).Tick(Start).ShouldBeFalse();
        gauge.Looks.ShouldBe(10);
    }

    [Fact]
    public void The_memory_of_the_process_is_what_the_last_collection_left()
    {
        var memory = new ProcessMemory();
        GC.Collect();
        var before = memory.UsedShare;
        var held = new byte[64 * 1024 * 1024];
        GC.Collect();
        memory.UsedShare.ShouldBeGreaterThan(before);
        before.ShouldBeInRange(0.000_001, 1);
        GC.KeepAlive(held);
        memory.Refresh();
    }

    [Fact]
    public void Compacting_gives_back_what_nobody_holds()
    {
        var length = MakeGarbage();
        var before = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        ProcessMemory.Compact();
        GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes.ShouldBeLessThan(before - (length / 2));

        // In a frame of its own: nothing of it is in this one.
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static int MakeGarbage()
        {
            var held = new byte[256 * 1024 * 1024];
            GC.Collect();
            return held.Length;
        }
    }

    [Fact]
    public void A_session_may_ask_two_seconds_worth_at_once_and_waits_by_its_rate_from_then_on()
    {
        var pace = new SessionPace(perSecond: 10);
        pace.Take(20, Start).ShouldBe(TimeSpan.Zero);
        pace.Take(5, Start).ShouldBe(TimeSpan.FromSeconds(0.5));
        pace.Take(10, Start + TimeSpan.FromSeconds(0.5)).ShouldBe(TimeSpan.FromSeconds(1));
        // Who is quiet has its two seconds' worth again, and no more.
        pace.Take(20, Start + TimeSpan.FromSeconds(60)).ShouldBe(TimeSpan.Zero);
        pace.Take(1, Start + TimeSpan.FromSeconds(60)).ShouldBe(TimeSpan.FromSeconds(0.1));
    }

    [Fact]
    public void Without_a_rate_nobody_waits() => new SessionPace(perSecond: 0).Take(int.MaxValue, Start).ShouldBe(TimeSpan.Zero);

    private static bool Tick(MemoryWatch watch, double second) => watch.Tick(Start + TimeSpan.FromSeconds(second));

    private sealed class Gauge : IMemoryGauge
    {
        private double _usedShare;

        public double UsedShare
        {
            get
            {
                Looks++;
                return _usedShare;
            }
            set => _usedShare = value;
        }

        public int Looks { get; private set; }

        public int Refreshed { get; private set; }

        public void Refresh() => Refreshed++;
    }
}
