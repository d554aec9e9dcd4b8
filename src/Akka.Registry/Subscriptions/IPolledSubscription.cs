namespace Akka.Registry.Subscriptions;

/// <summary>A subscription whose reader waits for nothing: it is told when to come, and takes what there is.</summary>
internal interface IPolledSubscription : ISubscription
{
    /// <summary>Whether nothing will be taken any more.</summary>
    bool IsClosed { get; }

    /// <summary>Says who reads, in the place of <see cref="ISubscription.ReadAllAsync"/>. Once; it is told to come at once.</summary>
    void Attach(ISubscriptionReader reader);

    /// <summary>The next batch if there is one. One reader.</summary>
    /// <returns>False when there is none now: the reader is told once there may be, or once it is closed.</returns>
    bool TryTake(out ChangeBatch batch);
}

/// <summary>Who reads a <see cref="IPolledSubscription"/>.</summary>
internal interface ISubscriptionReader
{
    /// <summary>There may be something to take. Called on the hub's turn, perhaps under a lock: marks that, and does nothing that waits.</summary>
    void MayTake();
}
