using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Remoting;

/// <summary>What the keeper of registered actors understands.</summary>
internal abstract record KeeperMessage
{
    private KeeperMessage() { }

    /// <summary>Register it and keep it registered; the answer comes when it is, or is refused for good.</summary>
    public sealed record Keep(KeptActor Kept, IActorRef<RegistryReply<KeptActor>> ReplyTo) : KeeperMessage;

    /// <summary>It is registered.</summary>
    public sealed record Registered(KeptActor Kept, RegistrationResult Result) : KeeperMessage;

    /// <summary>It could not be registered.</summary>
    public sealed record NotRegistered(KeptActor Kept, Exception Failure) : KeeperMessage;

    /// <summary>Beats were made; these did not count.</summary>
    public sealed record Beaten(IReadOnlyList<RecordKey> Refused) : KeeperMessage;

    /// <summary>Deregister it.</summary>
    public sealed record Release(KeptActor Kept, IActorRef<Released>? ReplyTo) : KeeperMessage;

    /// <summary>Deregister all, so that all members know within the time, and take no others.</summary>
    public sealed record ReleaseAll(TimeSpan Timeout, IActorRef<Released> ReplyTo) : KeeperMessage;

    /// <summary>It is out of the registry, or will be by its TTL.</summary>
    public sealed record Deregistered(KeptActor Kept) : KeeperMessage;

    /// <summary>Members have changed.</summary>
    public sealed record MembersTold(MembershipChanged Change) : KeeperMessage;

    /// <summary>See what is due.</summary>
    public sealed record Tick : KeeperMessage;
}

/// <summary>What was to be released is.</summary>
internal sealed record Released
{
    public static Released Value { get; } = new();
}

/// <summary>How a kept actor stands.</summary>
internal enum KeptState
{
    /// <summary>Its registration is under way.</summary>
    Registering,

    /// <summary>To be registered, again or at last, when it is due.</summary>
    Waiting,

    /// <summary>Beats when it is due.</summary>
    Registered,

    /// <summary>To be deregistered, or being so.</summary>
    Ending,
}

/// <summary>One actor that is kept registered. What changes is the keeper's alone.</summary>
/// <param name="Registration">With the metadata that names the actor.</param>
/// <param name="Actor">The actor.</param>
/// <param name="Number">Its number at the host.</param>
internal sealed record KeptActor(Registration Registration, IActorRef Actor, ulong Number)
{
    public RecordKey Key { get; } = new(Registration.Service, Registration.Id);

    public KeptState State { get; set; }

    /// <summary>Null until it was registered once.</summary>
    public ulong? Epoch { get; set; }

    public TimeSpan BeatInterval { get; set; }

    public Instant DueAt { get; set; }

    /// <summary>Who waits for its registration.</summary>
    public IActorRef<RegistryReply<KeptActor>>? Registrant { get; set; }

    /// <summary>Who waits for its end.</summary>
    public List<IActorRef<Released>> Releasers { get; } = [];

    /// <inheritdoc/>
    public bool Equals(KeptActor? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>What outlives a restart of the keeper.</summary>
internal sealed class KeptActors
{
    public HashSet<KeptActor> All { get; } = [];

    public List<IActorRef<Released>> WaitForNone { get; } = [];

    /// <summary>Set when the node leaves: how deregistrations are written from then on.</summary>
    public WriteOptions? Leaving { get; set; }
}
