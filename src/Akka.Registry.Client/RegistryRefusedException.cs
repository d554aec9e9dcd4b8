namespace Akka.Registry.Client;

/// <summary>Why the registry, or this client, refuses something.</summary>
public enum RegistryRefusal
{
    /// <summary>A field is malformed or out of bounds. A retry does not help.</summary>
    Invalid = 1,

    /// <summary>
    /// Somebody else registered the same instance with a newer epoch, or ended this one. A retry with this epoch does not help.
    /// </summary>
    Superseded = 2,

    /// <summary>A limit of this client, or of its node, is reached. A retry helps when something is ended.</summary>
    LimitReached = 3,

    /// <summary>What is asked for is not registered. A retry helps once it is.</summary>
    NotFound = 4,

    /// <summary>The client's token has no right to it. A retry helps with another token, or once the node's rules are others.</summary>
    Forbidden = 5,
}

/// <summary>Something that the registry refuses. Nothing has changed.</summary>
public sealed class RegistryRefusedException : Exception
{
    /// <summary>Refuses for a reason.</summary>
    /// <param name="refusal">The reason.</param>
    /// <param name="message">A whole sentence: what is wrong, and the way out.</param>
    public RegistryRefusedException(RegistryRefusal refusal, string message)
        : base(message) => Refusal = refusal;

    /// <summary>The reason.</summary>
    public RegistryRefusal Refusal { get; }
}
