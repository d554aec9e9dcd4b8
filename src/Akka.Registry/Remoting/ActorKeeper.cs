using System.Diagnostics;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Sessions;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Remoting;

/// <summary><c>/system/actors</c>: keeps this node's actors registered while they live, by beats of the node's own.</summary>
/// <remarks>
/// It beats through a session of this node, all that are due in one message. What the registry has lost is registered anew; what ended
/// there for good, because an operator took it out or somebody else holds its name, is let go. A node without such actors has no timer.
/// </remarks>
internal sealed class ActorKeeper(
    KeptActors kept, ActorHost host, Func<IRegistrySession> session, Action<MembershipChanged> membersTold, IClusterMembership membership,
    ILogger logger) : Actor<KeeperMessage>
{
    private const string Timer = "tick";

    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    private bool _isTicking;

    private Instant Now => Context.Time.GetInstant();

    /// <inheritdoc/>
    protected override void PreStart()
    {
        membership.Subscribe(Context.Adapt<MembershipChanged>(change => new KeeperMessage.MembersTold(change)));
        foreach (var one in kept.All)
        {
            // Of a former self, whose answers may be lost: what it had begun is done again.
            Context.Watch(one.Actor);
            one.DueAt = Now;
            if (one.State == KeptState.Registering)
                one.State = KeptState.Waiting;
        }

        Arm();
    }

    /// <inheritdoc/>
    protected override void Receive(KeeperMessage message)
    {
        switch (message)
        {
            case KeeperMessage.Keep keep: OnKeep(keep); break;
            case KeeperMessage.Registered registered: OnRegistered(registered.Kept, registered.Result); break;
            case KeeperMessage.NotRegistered refused: OnNotRegistered(refused.Kept, refused.Failure); break;
            case KeeperMessage.Beaten beaten: OnBeaten(beaten.Refused); break;
            case KeeperMessage.Release release: OnRelease(release.Kept, release.ReplyTo); break;
            case KeeperMessage.ReleaseAll all: OnReleaseAll(all.Timeout, all.ReplyTo); break;
            case KeeperMessage.Deregistered ended: Forget(ended.Kept); break;
            case KeeperMessage.MembersTold told: membersTold(told.Change); break;
            case KeeperMessage.Tick: OnTick(); break;
            default: throw new UnreachableException($"No handler for {message.GetType().Name}.");
        }

        Arm();
    }

    /// <inheritdoc/>
    protected override void OnTerminated(IActorRef actor)
    {
        foreach (var one in kept.All.Where(one => ReferenceEquals(one.Actor, actor)).ToList())
        {
            host.Remove(one.Number);
            End(one);
        }
    }

    /// <summary>Ticks while there is an actor.</summary>
    private void Arm()
    {
        if (_isTicking == kept.All.Count > 0)
            return;
        _isTicking = !_isTicking;
        if (_isTicking)
            Context.StartPeriodicTimer(Timer, new KeeperMessage.Tick(), TickInterval);
        else
            Context.CancelTimer(Timer);
    }

    private void OnKeep(KeeperMessage.Keep keep)
    {
        if (kept.Leaving is not null)
        {
            host.Remove(keep.Kept.Number);
            keep.ReplyTo.Tell(new RegistryReply<KeptActor>(
                null, new RegistryException(RegistryError.NotReady, "This node is leaving the cluster; register the actor at another node.")));
            return;
        }

        keep.Kept.Registrant = keep.ReplyTo;
        kept.All.Add(keep.Kept);
        Context.Watch(keep.Kept.Actor);
        Register(keep.Kept);
    }

    private void Register(KeptActor one)
    {
        one.State = KeptState.Registering;
        Context.PipeTo(
            RegisterAsync(one.Registration with { Epoch = one.Epoch }),
            result => new KeeperMessage.Registered(one, result),
            failure => new KeeperMessage.NotRegistered(one, failure));
    }

    private async Task<RegistrationResult> RegisterAsync(Registration registration) =>
        await session().RegisterAsync(registration, WriteOptions.Default).ConfigureAwait(false);

    private void OnRegistered(KeptActor one, RegistrationResult result)
    {
        one.Epoch = result.Entry.Epoch;
        one.BeatInterval = result.Entry.Ttl / 3;
        one.DueAt = Now + one.BeatInterval;
        if (one.State == KeptState.Ending)
        {
            Deregister(one);    // It ended meanwhile.
            return;
        }

        one.State = KeptState.Registered;
        one.Registrant?.Tell(RegistryReply.Of(one));
        one.Registrant = null;
    }

    private void OnNotRegistered(KeptActor one, Exception failure)
    {
        if (one.State == KeptState.Ending)
        {
            Deregister(one);    // It may have counted all the same.
            return;
        }

        // A node that is not whole yet, or too busy, is asked again. So is one that is full, by who was registered before.
        var mayRetry = failure is TimeoutException or RegistryException { Error: RegistryError.NotReady or RegistryError.OwnerUnreachable }
            || (failure is RegistryException { Error: RegistryError.LimitReached } && one.Epoch is not null);
        if (mayRetry)
        {
            (one.State, one.DueAt) = (KeptState.Waiting, Now + TickInterval);
            return;
        }

        var refusal = failure as RegistryException ?? new RegistryException(RegistryError.NotReady, failure.Message);
        if (one.Registrant is null)
            Log.ActorSuperseded(logger, one.Actor.Path, one.Key, refusal.Message);
        one.Registrant?.Tell(new RegistryReply<KeptActor>(null, refusal));
        Forget(one);
    }

    private void OnTick()
    {
        var now = Now;
        var due = new List<RecordKey>();
        foreach (var one in kept.All.Where(one => now >= one.DueAt).ToList())
        {
            if (one.State == KeptState.Waiting)
                Register(one);
            if (one.State != KeptState.Registered)
                continue;
            one.DueAt = now + one.BeatInterval;
            due.Add(one.Key);
        }

        if (due.Count > 0)
        {
            Context.PipeTo(
                BeatAsync([.. due]),
                refused => new KeeperMessage.Beaten(refused),
                _ => new KeeperMessage.Beaten([]));     // Too busy: the next beat is two before the TTL ends.
        }
    }

    private async Task<IReadOnlyList<RecordKey>> BeatAsync(RecordKey[] keys) =>
        await session().HeartbeatManyAsync(keys).ConfigureAwait(false);

    private void OnBeaten(IReadOnlyList<RecordKey> refused)
    {
        if (refused.Count == 0)
            return;
        var keys = refused.ToHashSet();
        foreach (var one in kept.All.Where(one => one.State == KeptState.Registered && keys.Contains(one.Key)).ToList())
            Register(one);
    }

    private void OnRelease(KeptActor one, IActorRef<Released>? replyTo)
    {
        if (!kept.All.Contains(one))
        {
            replyTo?.Tell(Released.Value);
            return;
        }

        if (replyTo is not null)
            one.Releasers.Add(replyTo);
        End(one);
    }

    private void OnReleaseAll(TimeSpan timeout, IActorRef<Released> replyTo)
    {
        // Members that have not heard of it when this node leaves would keep what is nobody's for an orphan's grace.
        kept.Leaving = new WriteOptions(WriteConsistency.All, timeout);
        kept.WaitForNone.Add(replyTo);
        foreach (var one in kept.All.ToList())
            End(one);
        TellNone();
    }

    private void End(KeptActor one)
    {
        var state = one.State;
        one.State = KeptState.Ending;
        if (state is KeptState.Registered or KeptState.Waiting)
            Deregister(one);    // One whose registration is under way is deregistered when that is through.
    }

    private void Deregister(KeptActor one)
    {
        if (one.Epoch is not { } epoch)
        {
            Forget(one);        // It never stood, as far as is known; what stands all the same ends by its TTL.
            return;
        }

        Context.PipeTo(
            DeregisterAsync(one.Key, epoch),
            _ => new KeeperMessage.Deregistered(one),
            _ => new KeeperMessage.Deregistered(one));  // It is gone already, or nobody can be told: it ends by its TTL.
    }

    private async Task<bool> DeregisterAsync(RecordKey key, ulong epoch)
    {
        await session().DeregisterAsync(key, epoch, kept.Leaving ?? WriteOptions.Default).ConfigureAwait(false);
        return true;
    }

    private void Forget(KeptActor one)
    {
        if (!kept.All.Remove(one))
            return;
        host.Remove(one.Number);
        if (!kept.All.Any(other => ReferenceEquals(other.Actor, one.Actor)))
            Context.Unwatch(one.Actor);
        one.Registrant?.Tell(new RegistryReply<KeptActor>(
            null, new RegistryException(RegistryError.NotFound, "The actor stopped, or was let go, before it was registered.")));
        one.Registrant = null;
        foreach (var releaser in one.Releasers)
            releaser.Tell(Released.Value);
        one.Releasers.Clear();
        TellNone();
    }

    private void TellNone()
    {
        if (kept.All.Count > 0)
            return;
        foreach (var waiter in kept.WaitForNone)
            waiter.Tell(Released.Value);
        kept.WaitForNone.Clear();
    }
}
