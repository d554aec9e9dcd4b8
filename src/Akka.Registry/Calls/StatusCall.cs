using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;

namespace Akka.Registry.Calls;

/// <summary>Who waits for a status to be set: a caller at this node, another call, or another node.</summary>
/// <param name="Done">Told the entry as it stands, and the record that says so.</param>
/// <param name="Refused">Told why not.</param>
internal sealed record StatusCaller(Action<ServiceEntry, Dot> Done, Action<RegistryException> Refused)
{
    /// <summary>Told that nobody will answer; null where nobody minds.</summary>
    public Action? Abandoned { get; init; }
}

/// <summary>What is to be set.</summary>
/// <param name="IsOperator">
/// The operator's override; else what the instance reports of itself, which counts as a beat.
/// </param>
/// <param name="Status">The status; null clears the override.</param>
internal sealed record StatusChange(bool IsOperator, InstanceStatus? Status)
{
    public InstanceValue ApplyTo(InstanceValue value)
    {
        if (IsOperator)
            value.Override = Status is { } status ? (WireInstanceStatus)status : WireInstanceStatus.Unspecified;
        else
            (value.Reported, value.LeaseMissed, value.Unverified) = ((WireInstanceStatus)Status!.Value, false, false);
        return value;
    }
}

/// <summary>Sets the reported status or the operator's override, at the owner where there is one.</summary>
/// <param name="surroundings">Where it happens.</param>
/// <param name="key">The instance.</param>
/// <param name="epoch">The caller's epoch; null when it gives none.</param>
/// <param name="change">What is to be set.</param>
/// <param name="mayForward">False for a call that was forwarded already: who is not the owner then says so.</param>
/// <param name="caller">Who waits.</param>
internal sealed class StatusCall(
    ICallSurroundings surroundings, RecordKey key, ulong? epoch, StatusChange change, bool mayForward, StatusCaller caller)
    : OwnerCall(surroundings, key, epoch)
{
    protected override bool MindsContest => !change.IsOperator;

    public override void Refuse(RegistryException refusal)
    {
        caller.Refused(refusal);
        Surroundings.Complete(this);
    }

    public override void Abandon()
    {
        caller.Abandoned?.Invoke();
        base.Abandon();
    }

    protected override bool MayStart(out RegistryException? refusal)
    {
        refusal = Surroundings.WritesRefused is { } reason ? Refusals.NotReady(reason) : null;
        return refusal is null;
    }

    protected override void AtOwner(ServiceEntry entry)
    {
        if (change.IsOperator)
            WriteOn(entry);
        else
            base.AtOwner(entry);
    }

    protected override void Forward(NodeIdentity owner)
    {
        if (mayForward)
            Surroundings.ForwardStatus(this, owner, Message());
        else
            Refuse(Refusals.NotFound(Key)); // Its sender believes this node to be the owner; it will look again.
    }

    protected override MapWrite Adopt(ServiceEntry entry) => Adoption.Of(entry, change.ApplyTo);

    protected override MapWrite WriteAgain(ContestedLease contest) => contest.WriteAgain(Key, change.Status);

    protected override void OnHeard(BeatAnswer answer, ServiceEntry entry)
    {
        Surroundings.Ledger.Heard(Key);
        WriteOn(entry);
    }

    protected override ServiceEntry AsItWillStand(ServiceEntry entry) => change.IsOperator
        ? entry with { Override = change.Status }
        : entry with { Reported = change.Status!.Value, LeaseMissed = false };

    protected override void Answer(ServiceEntry entry, Dot dot)
    {
        caller.Done(entry, dot);
        Surroundings.Complete(this);
    }

    private void WriteOn(ServiceEntry entry)
    {
        var value = InstanceCodec.Parse(entry.Record);
        if (value.Equals(change.ApplyTo(value.Clone())))
            Answer(entry, entry.Record.Dot);
        else
            Write(new MapWrite.Replace(Key, entry.Record.Order, Revive: false, InstanceCodec.Encode(change.ApplyTo(value))));
    }

    private ForwardedStatus Message() => new()
    {
        Service = Key.Service,
        Instance = Key.Instance,
        Epoch = Epoch ?? 0,
        Operator = change.IsOperator,
        Status = change.Status is { } status ? (WireInstanceStatus)status : WireInstanceStatus.Unspecified,
    };
}
