using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Checks;

/// <summary>One check that this node runs: changed by <see cref="CheckMachine"/> alone.</summary>
/// <param name="slot">Its number at the machine's wheels.</param>
/// <param name="key">The instance.</param>
/// <param name="epoch">The instance's epoch.</param>
internal sealed class RunningCheck(int slot, RecordKey key, ulong epoch)
{
    private string _output = "";

    /// <summary>Its number at the machine's wheels.</summary>
    public int Slot => slot;

    /// <summary>The instance.</summary>
    public RecordKey Key => key;

    /// <summary>The instance's epoch.</summary>
    public ulong Epoch => epoch;

    /// <summary>What is looked at.</summary>
    public required CheckDefinition Definition { get; set; }

    /// <summary>How it stands.</summary>
    public InstanceStatus Status { get; set; }

    /// <summary>The latest output. Any thread.</summary>
    public string Output
    {
        get => Volatile.Read(ref _output);
        set => Volatile.Write(ref _output, value);
    }

    /// <summary>Whether there was a result yet, here or at an owner before.</summary>
    public bool HasResult { get; set; }

    /// <summary>Results in a row: successes when positive, failures when negative.</summary>
    public int Streak { get; set; }

    /// <summary>The run that is under way or waits for its turn; 0 when none is.</summary>
    public int UnderWay { get; set; }

    /// <summary>Runs begun so far: tells a result from that of a run before the definition changed.</summary>
    public int Runs { get; set; }

    /// <summary>When it is due: of an active one its next run, of a TTL check the end of its TTL.</summary>
    public Instant Due { get; set; }

    /// <summary>Of a TTL check: whether the TTL is over and nothing was said since.</summary>
    public bool HasExpired { get; set; }

    /// <summary>When its entry is to be removed, unless it recovers.</summary>
    public Instant ReapDue { get; set; }

    /// <summary>The output that other nodes have.</summary>
    public string ToldOutput { get; set; } = "";

    /// <summary>When other nodes were told an output.</summary>
    public Instant ToldAt { get; set; }

    /// <summary>Whether it is run no more.</summary>
    public bool IsStopped { get; set; }
}
