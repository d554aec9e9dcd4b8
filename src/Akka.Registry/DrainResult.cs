using System.Collections.Immutable;
using Akka.Registry.Cluster;

namespace Akka.Registry;

/// <summary>What a drain waits for in vain.</summary>
public enum DrainLag
{
    /// <summary>The node has not answered: whether it and its readers know is not known.</summary>
    NoAnswer = 1,

    /// <summary>The node answers, and its registry does not hold the change yet.</summary>
    Behind = 2,

    /// <summary>A subscriber at the node has not confirmed what it was told.</summary>
    Subscriber = 3,
}

/// <summary>Somebody who may still call the instance.</summary>
/// <param name="Node">The node.</param>
/// <param name="NodeName">Its name.</param>
/// <param name="Lag">What is waited for.</param>
/// <param name="Subscriber">The subscriber's name; null when it is the node itself.</param>
public sealed record DrainLaggard(NodeUid Node, string NodeName, DrainLag Lag, string? Subscriber);

/// <summary>How a drain went.</summary>
/// <param name="Entry">The entry as it stands: draining, whoever has confirmed.</param>
/// <param name="Laggards">Who had not confirmed at the deadline; at most 32 of a node are named.</param>
/// <param name="LaggardCount">All of them, those that are not named included.</param>
public sealed record DrainResult(ServiceEntry Entry, ImmutableArray<DrainLaggard> Laggards, int LaggardCount)
{
    /// <summary>Whether every live subscriber on every node has confirmed a view without the instance.</summary>
    public bool IsConfirmed => LaggardCount == 0;
}
