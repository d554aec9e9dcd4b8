using System.Diagnostics;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;

namespace Akka.Registry.Calls;

/// <summary>
/// A call that the owner of a lease is to decide: a beat, or a status. Finds the way of <see cref="BeatRule"/>, and another one
/// when the entry went elsewhere meanwhile.
/// </summary>
/// <param name="surroundings">Where it happens.</param>
/// <param name="key">The instance.</param>
/// <param name="epoch">The caller's epoch; null when it gives none.</param>
internal abstract class OwnerCall(ICallSurroundings surroundings, RecordKey key, ulong? epoch) : Call(surroundings)
{
    private int _attempts;

    /// <summary>The instance that it is about.</summary>
    public RecordKey Key => key;

    /// <summary>The caller's epoch; null when it gives none.</summary>
    protected ulong? Epoch => epoch;

    /// <summary>Whether a contested lease may be written again by this call.</summary>
    protected virtual bool MindsContest => true;

    /// <summary>
    /// Whether the lease comes to this node even from an owner that is a current member: a client's session moved here.
    /// </summary>
    protected virtual bool TakesOver => false;

    public sealed override void Start()
    {
        if (++_attempts > AttemptsMax)
        {
            Refuse(Refusals.Contended(key));
            return;
        }

        if (!MayStart(out var refusal))
        {
            Refuse(refusal!);
            return;
        }

        var entry = Surroundings.Find(key);
        var owner = entry is null ? null : Surroundings.CurrentMember(entry.Owner);
        var contest = MindsContest ? Surroundings.Ledger.ContestOf(key) : null;
        var route = BeatRule.Decide(entry, contest, epoch, Surroundings.Self, owner is not null, Surroundings.IsWhole);
        if (route == BeatRoute.Forward && TakesOver && Surroundings.WritesRefused is null)
            route = BeatRoute.Adopt;
        Go(route, entry, owner, contest);
    }

    public sealed override void OnBeaten(BeatAnswer answer)
    {
        if (answer.Outcome == BeatOutcome.Unknown)
            Refuse(Refusals.NotFound(key));
        else if (answer.Outcome == BeatOutcome.StaleEpoch)
            Refuse(Refusals.StaleEpoch(key));
        else if (Surroundings.Find(key) is { } entry && entry.Owner == Surroundings.Self)
            OnHeard(answer, entry);
        else if (Surroundings.Ledger.ContestOf(key) is { } contest)
            Write(WriteAgain(contest));
        else
            Start(); // The entry went to another node, or ended, while the scheduler was asked.
    }

    public sealed override void OnWritten(MapWriteResult result)
    {
        switch (result.Outcome)
        {
            case MapWriteOutcome.Accepted when Surroundings.Codec.TryDecode(result.Record!, out var entry):
                Answer(entry, entry.Record.Dot);
                break;
            case MapWriteOutcome.Superseded:
            case MapWriteOutcome.Accepted:
                Start();
                break;
            case MapWriteOutcome.StaleEpoch:
            case MapWriteOutcome.EpochEnded:
            case MapWriteOutcome.NotFound:
            case MapWriteOutcome.NotReady:
                Refuse(Refusals.Of(key, result));
                break;
            default:
                throw new UnreachableException($"No rule for {result.Outcome}.");
        }
    }

    public sealed override void OnOwner(OwnerAnswer? answer)
    {
        var asked = AsksOwner;
        var entry = Surroundings.Find(key);
        switch (answer?.Outcome)
        {
            case WireBeatOutcome.Renewed when entry is not null:
                Answer(AsItWillStand(entry), answer.Value.Dot);
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
                Start(); // The lease has another owner by now, or its owner is lost.
                break;
        }
    }

    /// <summary>Whether the call can be made at this node as it stands; by default it can.</summary>
    protected virtual bool MayStart(out RegistryException? refusal)
    {
        refusal = null;
        return true;
    }

    /// <summary>This node owns the lease.</summary>
    protected virtual void AtOwner(ServiceEntry entry)
    {
        if (entry.NeedsBeats)
            Surroundings.Beat(this, key, entry.Epoch);
        else
            OnHeard(new BeatAnswer(BeatOutcome.Renewed, entry.Epoch, entry.Terms), entry);
    }

    /// <summary>A current member owns the lease.</summary>
    protected abstract void Forward(NodeIdentity owner);

    /// <summary>The write that makes this node the owner.</summary>
    protected abstract MapWrite Adopt(ServiceEntry entry);

    /// <summary>The write that brings a contested lease's entry back.</summary>
    protected abstract MapWrite WriteAgain(ContestedLease contest);

    /// <summary>The lease, which is this node's, has beaten.</summary>
    protected abstract void OnHeard(BeatAnswer answer, ServiceEntry entry);

    /// <summary>The entry as the owner has said it is; the record may still be on its way here.</summary>
    protected virtual ServiceEntry AsItWillStand(ServiceEntry entry) => entry;

    /// <summary>It is done.</summary>
    /// <param name="entry">The entry as it stands.</param>
    /// <param name="dot">The record that says so; none for a beat that another node took.</param>
    protected abstract void Answer(ServiceEntry entry, Dot dot);

    protected void Write(MapWrite write) => Surroundings.Write(this, write, WriteConsistency.Local, WriteOptions.Default.Timeout);

    private void Go(BeatRoute route, ServiceEntry? entry, NodeIdentity? owner, ContestedLease? contest)
    {
        switch (route)
        {
            case BeatRoute.Own:
                AtOwner(entry!);
                break;
            case BeatRoute.Contested:
                Surroundings.Beat(this, key, contest!.Epoch);
                break;
            case BeatRoute.Forward:
                Forward(owner!);
                break;
            case BeatRoute.Adopt when Surroundings.WritesRefused is { } reason:
                Refuse(Refusals.NotReady(reason));
                break;
            case BeatRoute.Adopt:
                Write(Adopt(entry!));
                break;
            case BeatRoute.Stale:
                Refuse(Refusals.StaleEpoch(key));
                break;
            case BeatRoute.Unknown when entry is not null && epoch > entry.Epoch:
                Refuse(Refusals.NewerEpoch(key, epoch.Value, entry.Epoch));
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
}

/// <summary>What the owner of a lease said.</summary>
/// <param name="Outcome">What became of the beat, or of the status.</param>
/// <param name="Dot">The record that it wrote, or found written; none for a beat.</param>
internal readonly record struct OwnerAnswer(WireBeatOutcome Outcome, Dot Dot);
