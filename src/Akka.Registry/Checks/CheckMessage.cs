using System.Collections.Immutable;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Checks;

/// <summary>What the actor that runs checks understands.</summary>
internal abstract record CheckMessage
{
    private CheckMessage() { }

    /// <summary>Run the checks of an entry from now on, and no others of it.</summary>
    /// <param name="Key">The instance.</param>
    /// <param name="Epoch">Its epoch; checks of another epoch begin anew.</param>
    /// <param name="Checks">What is looked at, and how it stands.</param>
    public sealed record Run(RecordKey Key, ulong Epoch, IReadOnlyList<CheckState> Checks) : CheckMessage;

    /// <summary>Run no check of an entry any more: it is gone, or another node's.</summary>
    public sealed record Stop(RecordKey Key) : CheckMessage;

    /// <summary>Somebody says how a TTL or manual check stands.</summary>
    public sealed record Report(RecordKey Key, ulong Epoch, string CheckId, InstanceStatus Status, string Output) : CheckMessage;

    /// <summary>A run has ended.</summary>
    public sealed record Finished(RunningCheck Check, int Number, CheckOutcome Outcome, long StartedAt) : CheckMessage;

    /// <summary>Look at what is due.</summary>
    public sealed record Tick : CheckMessage
    {
        public static Tick Due { get; } = new();
    }
}

/// <summary>What came of one run of a check.</summary>
/// <param name="Status">Passing, warning or critical.</param>
/// <param name="Output">What there is to say of it.</param>
public sealed record CheckOutcome(InstanceStatus Status, string Output);

/// <summary>What the actor that runs checks tells the registry.</summary>
internal abstract record CheckVerdict(RecordKey Key, ulong Epoch, string CheckId)
{
    /// <summary>The check stands otherwise than before, or its output is to be told.</summary>
    public sealed record Changed(RecordKey Key, ulong Epoch, string CheckId, InstanceStatus Status, string Output)
        : CheckVerdict(Key, Epoch, CheckId);

    /// <summary>The check has been critical for too long: the entry goes.</summary>
    public sealed record Reaped(RecordKey Key, ulong Epoch, string CheckId) : CheckVerdict(Key, Epoch, CheckId);
}

/// <summary>Verdicts of one turn, in order.</summary>
internal sealed record CheckVerdicts(ImmutableArray<CheckVerdict> Verdicts);
