using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Calls;

/// <summary>Ends an epoch. Any node may write it: it wins over whatever the owner writes in that epoch.</summary>
internal sealed class DeregisterCall(
    ICallSurroundings surroundings, RecordKey key, ulong? epoch, WriteOptions options, IActorRef<RegistryReply<RecordKey>> replyTo)
    : Call(surroundings)
{
    public override void Start()
    {
        if (Surroundings.WritesRefused is { } reason)
            Refuse(Refusals.NotReady(reason));
        else
            Surroundings.Write(this, new MapWrite.Deregister(key, epoch), options.Consistency, options.Timeout);
    }

    public override void OnWritten(MapWriteResult result)
    {
        // Where the entry is gone already but its lease is contested, the lease must not bring it back.
        Surroundings.Ledger.Withdraw(key, epoch);
        if (result.Outcome != MapWriteOutcome.Accepted)
        {
            Refuse(Refusals.Of(key, result));
            return;
        }

        replyTo.Tell(RegistryReply.Of(key));
        Surroundings.Complete(this);
    }

    public override void Refuse(RegistryException refusal)
    {
        replyTo.Tell(new RegistryReply<RecordKey>(null, refusal));
        Surroundings.Complete(this);
    }
}
