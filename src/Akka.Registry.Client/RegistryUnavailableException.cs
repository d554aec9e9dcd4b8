namespace Akka.Registry.Client;

/// <summary>
/// No node answers now: there is no session, it ended before the answer, or its node is not ready or too busy. A retry helps later,
/// and the client looks for another node by itself meanwhile.
/// </summary>
public sealed class RegistryUnavailableException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="message">A whole sentence.</param>
    /// <param name="mayHaveCounted">Whether a node may have done what was asked for all the same.</param>
    public RegistryUnavailableException(string message, bool mayHaveCounted = false)
        : base(message) => MayHaveCounted = mayHaveCounted;

    /// <summary>
    /// Whether a node may have done what was asked for all the same: the request was sent. Of questions nothing counts; an override may
    /// be made again without harm.
    /// </summary>
    public bool MayHaveCounted { get; }
}
