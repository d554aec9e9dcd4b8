using System.Diagnostics;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;

namespace Akka.Registry.Calls;

/// <summary>Who waits for a status to be set: a caller at this node, or another node.</summary>
/// <param name="Done">Told the entry as it stands.</param>
/// <param name="Refused">Told why not.</param>
internal sealed record StatusCaller(Action<ServiceEntry> Done, Action<RegistryException> Refused);

/// <summary>What is to be set.</summary>
/// <param name="IsOperator">The operator's override; else what the instance reports of itself, which counts as a beat.</param>
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
    : Call(surroundings)
{
    private int _attempts;

    public override RecordKey Key => key;

    public override void Start()
    {
        if (++_attempts > AttemptsMax)
        {
            Refuse(Refusals.Contended(key));
            return;
        }

        if (Surroundings.WritesRefused is { } reason)
        {
            Refuse(Refusals.NotReady(reason));
            return;
        }

        var entry = Surroundings.Find(key);
        var owner = entry is null ? null : Surroundings.CurrentMember(entry.Owner);
        var contest = change.IsOperator ? null : Surroundings.Ledger.ContestOf(key);
        var route = BeatRule.Decide(entry, contest, epoch, Surroundings.Self, owner is not null, Surroundings.IsWhole);
        switch (route)
        {
            case BeatRoute.Own when change.IsOperator:
                WriteOn(entry!);
                break;
            case BeatRoute.Own:
                Surroundings.Beat(this, key, entry!.Epoch);
                break;
            case BeatRoute.Contested:
                Surroundings.Beat(this, key, contest!.Epoch);
                break;
            case BeatRoute.Forward when !mayForward:
                Refuse(Refusals.NotFound(key)); // Its sender believes this node to be the owner; it will look again.
                break;
            case BeatRoute.Forward:
                Surroundings.ForwardStatus(this, owner!, Message());
                break;
            case BeatRoute.Adopt:
                Write(Adoption.Of(entry!, change.ApplyTo));
                break;
            case BeatRoute.Stale:
                Refuse(Refusals.StaleEpoch(key));
                break;
            case BeatRoute.Unknown:
                Refuse(Refusals.NotFound(key));
                break;
            case BeatRoute.NotReady:
                Refuse(Refusals.NotReady("This node does not hold the whole registry yet."));
                break;
            default:
                throw new UnreachableException($"No way for {route}.");
        }
    }

    public override void OnBeaten(BeatAnswer answer)
    {
        if (answer.Outcome == BeatOutcome.StaleEpoch)
            Refuse(Refusals.StaleEpoch(key));
        else if (answer.Outcome == BeatOutcome.Unknown)
            Refuse(Refusals.NotFound(key));
        else if (Surroundings.Find(key) is { } entry && entry.Owner == Surroundings.Self)
            WriteHeard(entry);
        else if (Surroundings.Ledger.ContestOf(key) is { } contest)
            Write(contest.WriteAgain(key, change.Status));
        else
            Start();
    }

    public override void OnWritten(MapWriteResult result)
    {
        switch (result.Outcome)
        {
            case MapWriteOutcome.Accepted when Surroundings.Codec.TryDecode(result.Record!, out var entry):
                Answer(entry);
                break;
            case MapWriteOutcome.Superseded:
            case MapWriteOutcome.Accepted:
                Start();
                break;
            case MapWriteOutcome.StaleEpoch:
            case MapWriteOutcome.EpochEnded:
            case MapWriteOutcome.NotFound:
            case MapWriteOutcome.NotReady:
                Refuse(Refusals.Of(key, result.Outcome));
                break;
            default:
                throw new UnreachableException($"No rule for {result.Outcome}.");
        }
    }

    public override void OnOwner(WireBeatOutcome? outcome)
    {
        var asked = AsksOwner;
        var entry = Surroundings.Find(key);
        switch (outcome)
        {
            case WireBeatOutcome.Renewed when entry is not null:
                Answer(AsItWillStand(entry));
                break;
            case WireBeatOutcome.StaleEpoch:
                Refuse(Refusals.StaleEpoch(key));
                break;
            case WireBeatOutcome.Unknown when entry is null || entry.Owner == asked:
                Refuse(Refusals.NotFound(key));
                break;
            case null when entry is not null && entry.Owner == asked && Surroundings.CurrentMember(asked) is { } owner:
                Refuse(Refusals.OwnerUnreachable(key, owner.Name));
                break;
            default:
                Start();
                break;
        }
    }

    public override void Refuse(RegistryException refusal)
    {
        caller.Refused(refusal);
        Surroundings.Complete(this);
    }

    private void WriteHeard(ServiceEntry entry)
    {
        Surroundings.Ledger.Heard(key);
        WriteOn(entry);
    }

    private void WriteOn(ServiceEntry entry)
    {
        var value = InstanceCodec.Parse(entry.Record);
        if (value.Equals(change.ApplyTo(value.Clone())))
            Answer(entry);
        else
            Write(new MapWrite.Replace(key, entry.Record.Order, Revive: false, InstanceCodec.Encode(change.ApplyTo(value))));
    }

    /// <summary>The owner has written it; the record may still be on its way here.</summary>
    private ServiceEntry AsItWillStand(ServiceEntry entry) => change.IsOperator
        ? entry with { Override = change.Status }
        : entry with { Reported = change.Status!.Value, LeaseMissed = false };

    private ForwardedStatus Message() => new()
    {
        Service = key.Service,
        Instance = key.Instance,
        Epoch = epoch ?? 0,
        Operator = change.IsOperator,
        Status = change.Status is { } status ? (WireInstanceStatus)status : WireInstanceStatus.Unspecified,
    };

    private void Write(MapWrite write) => Surroundings.Write(this, write, WriteConsistency.Local, WriteOptions.Default.Timeout);

    private void Answer(ServiceEntry entry)
    {
        caller.Done(entry);
        Surroundings.Complete(this);
    }
}
