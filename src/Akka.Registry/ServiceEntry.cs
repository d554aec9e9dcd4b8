using System.Diagnostics.CodeAnalysis;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;

namespace Akka.Registry;

/// <summary>One instance of a service as this node knows it. Immutable: a change makes a new one.</summary>
/// <remarks>Its texts stay in the record's bytes until somebody wants to see them.</remarks>
public sealed record ServiceEntry
{
    // There are as many of these as there are instances, so what is small is stored small.
    private readonly LeaseTerms _terms;
    private readonly ushort _port;
    private readonly ushort _weight = 1;
    private readonly byte _checksStatus = (byte)InstanceStatus.Passing;
    private readonly byte _reported = (byte)InstanceStatus.Passing;
    private readonly byte _override;
    private readonly Traits _traits;

    /// <summary>Null until they are read, which means no checks: then any thread may do it, and it does not matter which one's are kept.</summary>
    private InstanceTexts? _texts;

    /// <summary>An entry of a record that stands; the rest is said by the initializer.</summary>
    public ServiceEntry() => _texts = InstanceTexts.None;

    /// <summary>The entry that a well-formed record describes.</summary>
    [SetsRequiredMembers]
    internal ServiceEntry(MapRecord record, in InstanceFacts facts, IReadOnlyList<CheckState> checks)
    {
        Record = record;
        _port = (ushort)facts.Port;
        _weight = (ushort)facts.Weight;
        _reported = (byte)facts.Reported;
        _override = (byte)facts.Override;
        _traits = (facts.NoLease ? Traits.NoLease : Traits.None) | (facts.LeaseMissed ? Traits.LeaseMissed : Traits.None)
            | (facts.Unverified ? Traits.Unverified : Traits.None) | (facts.Suspect ? Traits.Suspect : Traits.None);
        _terms = new LeaseTerms(TimeSpan.FromMilliseconds(facts.TtlMs), TimeSpan.FromMilliseconds(facts.DeregisterAfterMs));
        if (checks.Count > 0)
            Checks = checks;
    }

    /// <summary>The service's name.</summary>
    public string Service => Record.Key.Service;

    /// <summary>The instance's id, unique within the service.</summary>
    public string Id => Record.Key.Instance;

    /// <summary>Host name or IP address that callers use.</summary>
    public string Address { get => Texts.Address; init => _texts = Texts with { Address = value }; }

    /// <summary>1 to 65,535, or 0 where the address says it all.</summary>
    public int Port { get => _port; init => _port = checked((ushort)value); }

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

    /// <summary>Its share of calls against the weights of its siblings; 0 to 65,535.</summary>
    public int Weight { get => _weight; init => _weight = checked((ushort)value); }

    /// <summary>The terms of its lease.</summary>
    public LeaseTerms Terms => _terms;

    /// <summary>How long it may be silent before it is critical.</summary>
    public TimeSpan Ttl { get => _terms.Ttl; init => _terms = _terms with { Ttl = value }; }

    /// <summary>How long it may stay critical from silence before it is removed.</summary>
    public TimeSpan DeregisterAfter { get => _terms.DeregisterAfter; init => _terms = _terms with { DeregisterAfter = value }; }

    /// <summary>
    /// The status that counts: the operator's, else critical when silent, else the worst of the reported one and its checks'.
    /// </summary>
    public InstanceStatus Status => Override ?? (LeaseMissed ? InstanceStatus.Critical : CheckStatuses.Combine(Reported, ChecksStatus));

    /// <summary>The worst status of its checks; passing for none.</summary>
    public InstanceStatus ChecksStatus => (InstanceStatus)_checksStatus;

    /// <summary>As the instance said.</summary>
    public InstanceStatus Reported { get => (InstanceStatus)_reported; init => _reported = (byte)value; }

    /// <summary>As an operator said; null when none did.</summary>
    public InstanceStatus? Override
    {
        get => _override == 0 ? null : (InstanceStatus)_override;
        init => _override = value is { } status ? (byte)status : default;
    }

    /// <summary>Whether its owner has not heard from it within its TTL.</summary>
    public bool LeaseMissed { get => Has(Traits.LeaseMissed); init => _traits = With(Traits.LeaseMissed, value); }

    /// <summary>Whether nobody can vouch for it now: its owner is not up, or its owner's governor holds it.</summary>
    public bool Unverified { get => Has(Traits.Unverified); init => _traits = With(Traits.Unverified, value); }

    /// <summary>
    /// Whether several clients have reported that calls to it fail: chosen last, and tried by its owner until it beats and answers.
    /// </summary>
    public bool Suspect { get => Has(Traits.Suspect); init => _traits = With(Traits.Suspect, value); }

    /// <summary>What keeps the entry alive.</summary>
    public LeaseKind Lease
    {
        get => Has(Traits.NoLease) ? LeaseKind.None : LeaseKind.Beats;
        init => _traits = With(Traits.NoLease, value == LeaseKind.None);
    }

    /// <summary>Whether only heartbeats keep it alive.</summary>
    public bool NeedsBeats => Lease == LeaseKind.Beats;

    /// <summary>Its checks, as its owner last wrote them; in the order of registration.</summary>
    public IReadOnlyList<CheckState> Checks
    {
        get => _texts is { } known ? known.Checks : [];
        init
        {
            _texts = Texts with { Checks = value };
            _checksStatus = (byte)CheckStatuses.Worst(value);
        }
    }

    /// <summary>When this epoch was first registered.</summary>
    public DateTimeOffset RegisteredAt
    {
        get => _texts is { } known ? known.RegisteredAt : InstanceTexts.RegistrationOf(Record.Value);
        init => _texts = Texts with { RegisteredAt = value };
    }

    /// <summary>The record that it was read from: key, epoch, stamp, dot.</summary>
    public required MapRecord Record { get; init; }

    /// <summary>The instance's epoch.</summary>
    public ulong Epoch => Record.Order.Epoch;

    /// <summary>When it was last written.</summary>
    public Stamp Stamp => Record.Order.Stamp;

    /// <summary>The node that holds its lease.</summary>
    public NodeUid Owner => Record.Dot.Origin;

    private InstanceTexts Texts => _texts ??= InstanceTexts.Of(Record.Value);

    private bool Has(Traits trait) => (_traits & trait) != Traits.None;

    private Traits With(Traits trait, bool isThere) => isThere ? _traits | trait : _traits & ~trait;

    [Flags]
    private enum Traits : byte
    {
        None = 0,
        NoLease = 1,
        LeaseMissed = 2,
        Unverified = 4,
        Suspect = 8,
    }
}
