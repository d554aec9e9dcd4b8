using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;

namespace Akka.Registry.Calls;

/// <summary>A beat that the short way (this node's view says that it owns the lease) does not settle.</summary>
internal sealed class HeartbeatCall(
    ICallSurroundings surroundings, RecordKey key, ulong? epoch, IActorRef<RegistryReply<HeartbeatResult>> replyTo)
    : Call(surroundings)
{
    private BeatRoute _route;
    private int _attempts;

    public override RecordKey Key => key;

    public override void Start()
    {
        if (++_attempts > AttemptsMax)
        {
            Refuse(Refusals.Contended(key));
            return;
        }

        var entry = Surroundings.Find(key);
        var owner = entry is null ? null : Surroundings.CurrentMember(entry.Owner);
        var contest = Surroundings.Ledger.ContestOf(key);
        _route = BeatRule.Decide(entry, contest, epoch, Surroundings.Self, owner is not null, Surroundings.IsWhole);
        switch (_route)
        {
            case BeatRoute.Own:
                Surroundings.Beat(this, key, entry!.Epoch);
                break;
            case BeatRoute.Contested:
                Surroundings.Beat(this, key, contest!.Epoch);
                break;
            case BeatRoute.Forward:
                Surroundings.ForwardBeat(this, owner!, key, epoch ?? 0);
                break;
            case BeatRoute.Adopt when Surroundings.WritesRefused is { } reason:
                Refuse(Refusals.NotReady(reason));
                break;
            case BeatRoute.Adopt:
                Write(Adoption.Of(entry!, value => value));
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
                throw new UnreachableException($"No way for {_route}.");
        }
    }

    public override void OnBeaten(BeatAnswer answer)
    {
        switch (answer.Outcome)
        {
            case BeatOutcome.Unknown:
                Refuse(Refusals.NotFound(key));
                break;
            case BeatOutcome.StaleEpoch:
                Refuse(Refusals.StaleEpoch(key));
                break;
            case BeatOutcome.Renewed when Surroundings.Find(key) is { } entry && entry.Owner == Surroundings.Self:
                Surroundings.Ledger.Beaten(key, answer.Epoch, entry);
                Answer(entry);
                break;
            case BeatOutcome.Renewed when Surroundings.Ledger.ContestOf(key) is { } contest:
                Write(contest.WriteAgain(key));
                break;
            case BeatOutcome.Renewed:
                Start(); // The entry went to another node, or ended, while the scheduler was asked.
                break;
            default:
                throw new UnreachableException($"No rule for {answer.Outcome}.");
        }
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
                Answer(entry);
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

    public override void Refuse(RegistryException refusal)
    {
        replyTo.Tell(new RegistryReply<HeartbeatResult>(null, refusal));
        Surroundings.Complete(this);
    }

    private void Write(MapWrite write) => Surroundings.Write(this, write, WriteConsistency.Local, WriteOptions.Default.Timeout);

    private void Answer(ServiceEntry entry)
    {
        Surroundings.Metrics.Beaten();
        replyTo.Tell(RegistryReply.Of(new HeartbeatResult(entry.Override ?? entry.Reported, entry.Ttl, entry.Ttl)));
        Surroundings.Complete(this);
    }
}

/// <summary>Taking the lease of a lost owner over.</summary>
internal static class Adoption
{
    /// <summary>The write that makes this node the owner: the instance has just shown that it lives.</summary>
    /// <param name="entry">The entry as it stands.</param>
    /// <param name="change">What else changes.</param>
    public static MapWrite Of(ServiceEntry entry, Func<InstanceValue, InstanceValue> change)
    {
        var value = InstanceCodec.Parse(entry.Record);
        (value.LeaseMissed, value.Unverified) = (false, false);
        return new MapWrite.Replace(entry.Record.Key, entry.Record.Order, Revive: false, InstanceCodec.Encode(change(value)));
    }
}
