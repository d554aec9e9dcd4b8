using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;

namespace Akka.Registry.Calls;

/// <summary>A beat that the short way (this node's view says that it owns the lease) does not settle.</summary>
/// <param name="surroundings">Where it happens.</param>
/// <param name="key">The instance.</param>
/// <param name="epoch">The caller's epoch; null when it gives none.</param>
/// <param name="takesOver">Whether a session beats: the lease comes to this node.</param>
/// <param name="replyTo">Who waits.</param>
internal sealed class HeartbeatCall(
    ICallSurroundings surroundings, RecordKey key, ulong? epoch, bool takesOver, IActorRef<RegistryReply<HeartbeatResult>> replyTo)
    : OwnerCall(surroundings, key, epoch)
{
    protected override bool TakesOver => takesOver;

    public override void Refuse(RegistryException refusal)
    {
        replyTo.Tell(new RegistryReply<HeartbeatResult>(null, refusal));
        Surroundings.Complete(this);
    }

    protected override void Forward(NodeIdentity owner) => Surroundings.ForwardBeat(this, owner, Key, Epoch ?? 0);

    protected override MapWrite Adopt(ServiceEntry entry) => Adoption.Of(entry, value => value);

    protected override MapWrite WriteAgain(ContestedLease contest) => contest.WriteAgain(Key);

    protected override void OnHeard(BeatAnswer answer, ServiceEntry entry)
    {
        Surroundings.Ledger.Beaten(Key, answer.Epoch, entry);
        Answer(entry, entry.Record.Dot);
    }

    protected override void Answer(ServiceEntry entry, Dot dot)
    {
        Surroundings.Metrics.Beaten();
        replyTo.Tell(RegistryReply.Of(new HeartbeatResult((entry with { LeaseMissed = false }).Status, entry.Ttl, entry.Ttl)));
        Surroundings.Complete(this);
    }
}

/// <summary>Taking a lease over, from a lost owner or with the session that beats for it.</summary>
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
