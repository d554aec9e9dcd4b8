using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Akka.Registry.Checks;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;

namespace Akka.Registry;

/// <summary>What an instance says of itself when it registers.</summary>
public sealed record Registration
{
    /// <summary>Stands for none: a span that is far too short to be allowed.</summary>
    private const long NoTicks = long.MinValue;

    private readonly ReadOnlyMemory<byte> _unread;
    private readonly bool _arePlain;
    private readonly int _readyBytes;
    private readonly long _ttlTicks = NoTicks;
    private readonly long _deregisterAfterTicks = NoTicks;

    /// <summary>Null until they are read from <see cref="Unread"/>.</summary>
    private InstanceTexts? _texts;

    /// <summary>A registration that says what the initializer says.</summary>
    public Registration() => _texts = InstanceTexts.None;

    /// <summary>A registration whose texts stay in the bytes of an <see cref="Contracts.InstanceValue"/> until somebody asks for one.</summary>
#pragma warning disable CS8618 // The address is among them.
    [SetsRequiredMembers]
    internal Registration(string service, string id, ReadOnlyMemory<byte> texts) => (Service, Id, _unread) = (service, id, texts);
#pragma warning restore CS8618

    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The instance's id, unique within the service.</summary>
    public required string Id { get; init; }

    /// <summary>Host name or IP address that callers use.</summary>
    public required string Address { get => Texts.Address; init => _texts = Texts with { Address = value }; }

    /// <summary>0 to 65,535.</summary>
    public int Port { get; init => (field, _readyBytes) = (value, 0); }

    /// <summary>The RPC methods that the instance offers.</summary>
    public IReadOnlyList<string> Methods { get => Texts.Methods; init => _texts = Texts with { Methods = value }; }

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get => Texts.Tags; init => _texts = Texts with { Tags = value }; }

    /// <summary>Free pairs.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get => Texts.Metadata; init => _texts = Texts with { Metadata = value }; }

    /// <summary>The zone that it stands in; empty for none.</summary>
    public string Zone { get => Texts.Zone; init => _texts = Texts with { Zone = value }; }

    /// <summary>The version of its software; empty for none.</summary>
    public string Version { get => Texts.Version; init => _texts = Texts with { Version = value }; }

    /// <summary>Its share of calls; 0 to 65,535, default 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>How long it may be silent; null for the node's default.</summary>
    public TimeSpan? Ttl { get => SpanOf(_ttlTicks); init => _ttlTicks = TicksOf(value); }

    /// <summary>How long it may stay critical from silence before removal; null for 1 × TTL.</summary>
    public TimeSpan? DeregisterAfter { get => SpanOf(_deregisterAfterTicks); init => _deregisterAfterTicks = TicksOf(value); }

    /// <summary>The status to begin with; starting, passing, warning, critical or draining.</summary>
    public InstanceStatus Status { get; init; } = InstanceStatus.Passing;

    /// <summary>What keeps the entry alive; by default heartbeats.</summary>
    public LeaseKind Lease { get; init; } = LeaseKind.Beats;

    /// <summary>
    /// What its owner looks at to tell how it is; ids are unique. A check of an id that the standing entry of the same epoch has
    /// keeps its status; checks that are not here are gone.
    /// </summary>
    public IReadOnlyList<CheckDefinition> Checks { get; init; } = [];

    /// <summary>The instance's epoch, minted at its start; null to let the node mint it.</summary>
    public ulong? Epoch { get; init; }

    /// <summary>
    /// The bytes of an <see cref="Contracts.InstanceValue"/> that hold its texts, while nobody has asked for one; else empty. Not
    /// trusted before <see cref="RegistrationValidator"/> has seen them.
    /// </summary>
    internal ReadOnlyMemory<byte> Unread => _texts is null ? _unread : default;

    /// <summary>Whether <see cref="Unread"/> is known to be as <see cref="PlainTexts"/> says.</summary>
    internal bool ArePlain { get => _texts is null && _arePlain; init => _arePlain = value; }

    /// <summary>
    /// How many bytes of <see cref="Unread"/> say all its texts and the port as they are to be written; 0 for none, as when the port is given
    /// another number.
    /// </summary>
    internal int ReadyBytes { get => _texts is null ? _readyBytes : 0; init => _readyBytes = value; }

    private static TimeSpan? SpanOf(long ticks) => ticks == NoTicks ? null : new TimeSpan(ticks);

    private static long TicksOf(TimeSpan? span) => span?.Ticks ?? NoTicks;

    private InstanceTexts Texts => _texts ??= InstanceTexts.Of(_unread.Span);
}

/// <summary>How far a write must reach before it is answered.</summary>
/// <param name="Consistency">How many nodes must hold it.</param>
/// <param name="Timeout">How long to wait for them.</param>
public sealed record WriteOptions(WriteConsistency Consistency, TimeSpan Timeout)
{
    /// <summary>This node holds it; five seconds.</summary>
    public static WriteOptions Default { get; } = new(WriteConsistency.Local, TimeSpan.FromSeconds(5));
}

/// <summary>The answer to a registration.</summary>
/// <param name="Entry">The entry as it stands.</param>
/// <param name="Replaced">Whether a live entry stood there before.</param>
/// <param name="HeldBy">Nodes known to hold the write, this one included.</param>
/// <param name="Members">Current members.</param>
/// <param name="ConsistencyReached">
/// Whether as many hold it as were asked for, in time. The write stands either way.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RegistrationResult(ServiceEntry Entry, bool Replaced, int HeldBy, int Members, bool ConsistencyReached)
{
    /// <summary>Until when it must beat.</summary>
    public TimeSpan ExpiresIn => Entry.Ttl;
}

/// <summary>What became of one of many registrations.</summary>
public readonly record struct RegistrationOutcome
{
    private readonly RegistrationResult _result;

    /// <summary>It was made.</summary>
    public RegistrationOutcome(RegistrationResult result) => _result = result;

    /// <summary>It was refused.</summary>
    public RegistrationOutcome(RegistryException refusal) => Refusal = refusal;

    /// <summary>The answer; null when it was refused.</summary>
    public RegistrationResult? Result => Refusal is null ? _result : null;

    /// <summary>Why it was refused; null when it was not.</summary>
    public RegistryException? Refusal { get; }

    /// <summary>The number of its lease in the session that it was made by; 0 for none.</summary>
    internal ulong Lease { get; init; }
}

/// <summary>The answer to a heartbeat that was taken.</summary>
/// <param name="Status">The instance's status now.</param>
/// <param name="Ttl">Its TTL.</param>
/// <param name="ExpiresIn">Until when the next beat must come.</param>
public sealed record HeartbeatResult(InstanceStatus Status, TimeSpan Ttl, TimeSpan ExpiresIn);
