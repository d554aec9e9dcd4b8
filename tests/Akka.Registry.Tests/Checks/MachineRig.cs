using Akka.Registry.Actors;
using Akka.Registry.Checks;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Tests.Checks;

/// <summary>The machine on a clock that the test moves, with runs that the test answers.</summary>
internal sealed class MachineRig
{
    public static readonly RecordKey Key = new("orders", "o-1");

    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TimeSpan _elapsed;

    public MachineRig(CheckOptions? options = null)
    {
        Machine = new CheckMachine(options ?? new CheckOptions(), Outputs, Now);
    }

    public CheckOutputs Outputs { get; } = new();

    public CheckMachine Machine { get; }

    public Instant Now => new Instant(1_000_000) + _elapsed;

    public DateTimeOffset WallClock => Begin + _elapsed;

    /// <summary>Runs that were begun, with the time at which they were.</summary>
    public List<(TimeSpan At, RunningCheck Check, int Number)> Begun { get; } = [];

    /// <summary>What every run answers at once; null: runs stay under way.</summary>
    public Func<CheckDefinition, CheckOutcome?> Answer { get; set; } = _ => new CheckOutcome(InstanceStatus.Passing, "well");

    public static CheckDefinition.Tcp Tcp(string id, double interval = 10) => new()
    {
        Id = id, Host = "h", Port = 1, Interval = TimeSpan.FromSeconds(interval), Timeout = TimeSpan.FromSeconds(1),
    };

    public static CheckDefinition.Ttl Ttl(string id, double ttl = 10) => new() { Id = id, TimeToLive = TimeSpan.FromSeconds(ttl) };

    public void Run(params CheckDefinition[] checks) => Run(Key, checks);

    public void Run(RecordKey key, params CheckDefinition[] checks) => Run(key, 1, [.. checks.Select(CheckState.Initial)]);

    public void Run(RecordKey key, ulong epoch, params CheckState[] checks) => Machine.Run(key, epoch, checks, Now, WallClock);

    public void Report(string id, InstanceStatus status, string output = "") =>
        Machine.Report(new CheckMessage.Report(Key, 1, id, status, output), Now);

    public void Finish(RunningCheck check, int number, InstanceStatus status, string output = "") =>
        Machine.Finish(check, number, new CheckOutcome(status, output), Now);

    /// <summary>Lets time pass, in ticks.</summary>
    public MachineRig RunFor(double seconds)
    {
        var end = _elapsed + TimeSpan.FromSeconds(seconds);
        while (_elapsed < end)
        {
            _elapsed += CheckMachine.TickInterval;
            Machine.Advance(Now);
            Take();
        }

        return this;
    }

    /// <summary>The process is stopped for a while.</summary>
    public TimeSpan Sleep(double seconds)
    {
        _elapsed += TimeSpan.FromSeconds(seconds);
        var slept = Machine.Advance(Now);
        Take();
        return slept;
    }

    /// <summary>The verdicts since the last time, one line each.</summary>
    public string[] TakeVerdicts()
    {
        string[] lines =
        [
            .. Machine.Verdicts.Select(verdict => verdict switch
            {
                CheckVerdict.Changed changed => $"{changed.CheckId} {changed.Status}: {changed.Output}",
                _ => $"{verdict.CheckId} reaped",
            }),
        ];
        Machine.Verdicts.Clear();
        return lines;
    }

    public void Take()
    {
        while (Machine.TryTakeRun(out var check, out var number))
        {
            Begun.Add((_elapsed, check, number));
            if (Answer(check.Definition) is { } outcome)
                Machine.Finish(check, number, outcome, Now);
        }
    }
}
