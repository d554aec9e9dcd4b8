using System.Diagnostics;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;

namespace Akka.Registry.Calls;

/// <summary>Changes one check of an entry, at the owner where there is one. No heartbeat.</summary>
/// <param name="surroundings">Where it happens.</param>
/// <param name="key">The instance.</param>
/// <param name="epoch">The caller's epoch; null when it gives none.</param>
/// <param name="change">What is to change; valid.</param>
/// <param name="mayForward">False for a call that was forwarded already: who is not the owner then says so.</param>
/// <param name="caller">Who waits.</param>
internal sealed class CheckCall(
    ICallSurroundings surroundings, RecordKey key, ulong? epoch, CheckChange change, bool mayForward, StatusCaller caller)
    : OwnerCall(surroundings, key, epoch)
{
    /// <summary>An entry that was evicted elsewhere is not there to be changed.</summary>
    protected override bool MindsContest => false;

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
        refusal = Surroundings.WritesRefused is { } reason ? Refusals.NotReady(reason)
            : Surroundings.Find(Key) is { } entry ? Check(entry)
            : null;
        return refusal is null;
    }

    protected override void AtOwner(ServiceEntry entry)
    {
        if (change is CheckChange.Report report)
        {
            Surroundings.Checks.Report(Key, entry.Epoch, report, Surroundings.WallClock);
            if (entry.Checks.Any(check => check.Id == report.Id && check.Status == report.Status && check.Since is not null))
            {
                Answer(entry, entry.Record.Dot); // The ordinary word of who is well: nothing is written.
                return;
            }
        }

        var value = InstanceCodec.Parse(entry.Record);
        var changed = Apply(value.Clone());
        if (value.Equals(changed))
            Answer(entry, entry.Record.Dot);
        else
            Write(new MapWrite.Replace(Key, entry.Record.Order, Revive: false, InstanceCodec.Encode(changed)));
    }

    protected override void Forward(NodeIdentity owner)
    {
        if (!mayForward)
        {
            Refuse(Refusals.NotFound(Key)); // Its sender believes this node to be the owner; it will look again.
            return;
        }

        var message = new ForwardedStatus { Service = Key.Service, Instance = Key.Instance, Epoch = Epoch ?? 0, Check = change.ToWire() };
        Surroundings.ForwardStatus(this, owner, message);
    }

    protected override MapWrite Adopt(ServiceEntry entry) => Adoption.Of(entry, Apply);

    protected override MapWrite WriteAgain(ContestedLease contest) => throw new UnreachableException("It minds no contest.");

    protected override void OnHeard(BeatAnswer answer, ServiceEntry entry) => throw new UnreachableException("It does not beat.");

    protected override ServiceEntry AsItWillStand(ServiceEntry entry)
    {
        var value = Apply(InstanceCodec.Parse(entry.Record));
        return CheckCodec.TryRead(value.Checks, out var checks) ? entry with { Checks = checks } : entry;
    }

    protected override void Answer(ServiceEntry entry, Dot dot)
    {
        caller.Done(entry, dot);
        Surroundings.Complete(this);
    }

    private RegistryException? Check(ServiceEntry entry)
    {
        var standing = entry.Checks.FirstOrDefault(check => check.Id == change.CheckId);
        var max = Surroundings.Options.Checks.PerInstance;
        return change switch
        {
            CheckChange.Put when standing is null && entry.Checks.Count >= max => Refusals.LimitReached(
                "checks.per-instance", $"The instance has {entry.Checks.Count} checks, and no more are allowed; remove one"),
            CheckChange.Put => null,
            _ when standing is null => Refusals.CheckNotFound(Key, change.CheckId),
            CheckChange.Report when standing.Definition is not (CheckDefinition.Ttl or CheckDefinition.Manual) => new RegistryException(
                RegistryError.Invalid, $"The check '{change.CheckId}' is looked at by its node, and takes nobody's word.", "checkId"),
            CheckChange.Report or CheckChange.Remove => null,
            _ => throw new UnreachableException($"No rule for {change}."),
        };
    }

    private InstanceValue Apply(InstanceValue value)
    {
        var at = IndexOf(value);
        switch (change)
        {
            case CheckChange.Put put when at < 0:
                value.Checks.Add(CheckCodec.ToWire(put.Definition));
                break;
            case CheckChange.Put put:
                var known = value.Checks[at];
                var wire = CheckCodec.ToWire(put.Definition);
                (wire.Status, wire.Output, wire.SinceMs) = (known.Status, known.Output, known.SinceMs);
                value.Checks[at] = wire;
                break;
            case CheckChange.Remove when at >= 0:
                value.Checks.RemoveAt(at);
                break;
            case CheckChange.Report report when at >= 0 && NeedsWrite(value.Checks[at], report):
                value.Checks[at].WithResult(report.Status, report.Output, Surroundings.Checks.SinceOf(Key, report) ?? Surroundings.WallClock);
                break;
            case CheckChange.Remove or CheckChange.Report:
                break; // It went, or says the same.
            default:
                throw new UnreachableException($"No rule for {change}.");
        }

        return value;
    }

    private static bool NeedsWrite(WireCheck check, CheckChange.Report report) =>
        check.SinceMs == 0 || check.Status != (WireInstanceStatus)report.Status;

    private int IndexOf(InstanceValue value)
    {
        for (var i = 0; i < value.Checks.Count; i++)
        {
            if (value.Checks[i].Id == change.CheckId)
                return i;
        }

        return -1;
    }
}
