using System.Diagnostics;

namespace Akka.Registry.Cli.Leases;

/// <summary>What has become of the last call.</summary>
internal abstract record LeaseInput
{
    private LeaseInput() { }

    /// <summary>The registry holds the instance.</summary>
    public sealed record Registered(ulong Epoch, TimeSpan Ttl) : LeaseInput;

    /// <summary>The beat counted.</summary>
    public sealed record Beaten(TimeSpan Ttl) : LeaseInput;

    /// <summary>The registry does not know the instance: it was evicted, or every node that knew it has started anew.</summary>
    public sealed record Unknown : LeaseInput;

    /// <summary>Nobody could answer.</summary>
    public sealed record Missed(string Reason) : LeaseInput;

    /// <summary>The registry refuses for good.</summary>
    public sealed record Refused(string Reason) : LeaseInput;
}

/// <summary>What is to be done next.</summary>
internal enum LeaseStep
{
    /// <summary>Register.</summary>
    Register,

    /// <summary>Beat.</summary>
    Beat,

    /// <summary>Nothing: the lease is somebody else's, or ended.</summary>
    End,
}

/// <summary>What a person is told of.</summary>
internal enum LeaseFact
{
    /// <summary>Nothing new.</summary>
    Nothing,

    /// <summary>The instance is registered.</summary>
    Registered,

    /// <summary>The instance is registered again after the registry had lost it.</summary>
    RegisteredAgain,

    /// <summary>The registry had lost the instance.</summary>
    Lost,

    /// <summary>No node answers any more.</summary>
    Unheard,

    /// <summary>Nodes answer again.</summary>
    HeardAgain,

    /// <summary>The registry refuses the instance for good.</summary>
    Refused,
}

/// <summary>The next step, when, and what to tell.</summary>
/// <param name="Step">What.</param>
/// <param name="After">How long from now.</param>
/// <param name="Fact">What to tell.</param>
internal readonly record struct LeasePlan(LeaseStep Step, TimeSpan After, LeaseFact Fact);

/// <summary>Keeps one lease alive: decides what to call next and when, from what became of the call before.</summary>
/// <remarks>
/// Beats come every third of the TTL. What nobody answered is tried again soon, and then less often, but never less often than beats. An
/// instance that the registry has lost registers again in the epoch that it has: when somebody deregistered it meanwhile that is refused,
/// and an operator's word stands.
/// </remarks>
internal sealed class LeaseMachine
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(2);
    private TimeSpan _ttl = TimeSpan.FromSeconds(30);
    private LeaseStep _step = LeaseStep.Register;
    private int _misses;
    private bool _wasRegistered;

    /// <summary>The epoch that the registry gave, or that was asked for; null before the first answer.</summary>
    public ulong? Epoch { get; private set; }

    /// <summary>Whether the registry has ever confirmed it.</summary>
    public bool WasRegistered => _wasRegistered;

    /// <summary>What to do first.</summary>
    public static LeasePlan Start { get; } = new(LeaseStep.Register, TimeSpan.Zero, LeaseFact.Nothing);

    /// <summary>What to do next.</summary>
    public LeasePlan Next(LeaseInput input)
    {
        switch (input)
        {
            case LeaseInput.Registered registered:
                var fact = _wasRegistered ? LeaseFact.RegisteredAgain : LeaseFact.Registered;
                (Epoch, _wasRegistered) = (registered.Epoch, true);
                return BeatNext(registered.Ttl, fact);
            case LeaseInput.Beaten beaten:
                return BeatNext(beaten.Ttl, _misses > 0 ? LeaseFact.HeardAgain : LeaseFact.Nothing);
            case LeaseInput.Unknown:
                (_step, _misses) = (LeaseStep.Register, 0);
                return new LeasePlan(LeaseStep.Register, TimeSpan.Zero, LeaseFact.Lost);
            case LeaseInput.Missed:
                _misses++;
                return new LeasePlan(_step, Retry(), _misses == 1 && _wasRegistered ? LeaseFact.Unheard : LeaseFact.Nothing);
            case LeaseInput.Refused:
                _step = LeaseStep.End;
                // Who was never registered is told by the failure itself.
                return new LeasePlan(LeaseStep.End, TimeSpan.Zero, _wasRegistered ? LeaseFact.Refused : LeaseFact.Nothing);
            default:
                throw new UnreachableException($"No rule for {input}.");
        }
    }

    private LeasePlan BeatNext(TimeSpan ttl, LeaseFact fact)
    {
        (_step, _misses, _ttl) = (LeaseStep.Beat, 0, ttl);
        return new LeasePlan(LeaseStep.Beat, ttl / 3, fact);
    }

    private TimeSpan Retry()
    {
        var doubled = FirstRetry * Math.Pow(2, Math.Min(_misses - 1, 10));
        var most = _ttl / 3 < RetryMax ? _ttl / 3 : RetryMax;
        return doubled < most ? doubled : most;
    }
}
