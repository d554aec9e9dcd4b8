using Akka.Registry.Security;

namespace Akka.Registry;

/// <summary>
/// Why the registry refuses a call. Each case says whether a retry helps; a refused call has changed nothing.
/// </summary>
public enum RegistryError
{
    /// <summary>A field is malformed or out of bounds. A retry does not help.</summary>
    Invalid,

    /// <summary>The service or the instance is not registered. Register it.</summary>
    NotFound,

    /// <summary>
    /// A newer epoch of the instance stands, or this one was deregistered. A retry with this epoch does not help.
    /// </summary>
    StaleEpoch,

    /// <summary>A limit is reached. A retry helps when something is removed.</summary>
    LimitReached,

    /// <summary>
    /// This node does not hold the whole registry yet, or is leaving. Retry later, or at another node.
    /// </summary>
    NotReady,

    /// <summary>The node that owns the lease did not answer. Retry.</summary>
    OwnerUnreachable,

    /// <summary>The caller has shown no token, or none that counts. A retry with another one helps.</summary>
    Unauthenticated,

    /// <summary>The caller has no right to do that. A retry does not help.</summary>
    Forbidden,

    /// <summary>
    /// The node's memory is at its high-water mark: it takes nothing new. What is registered goes on. Retry later, or at another node.
    /// </summary>
    Overloaded,
}

/// <summary>A call that the registry refuses. Nothing has changed.</summary>
public sealed class RegistryException : Exception
{
    /// <summary>Refuses for a reason.</summary>
    /// <param name="error">The reason.</param>
    /// <param name="message">A whole sentence: what is wrong, the limit, and the way out.</param>
    /// <param name="field">The field that is wrong, as the caller names it; null when none is.</param>
    public RegistryException(RegistryError error, string message, string? field = null)
        : base(message) => (Error, Field) = (error, field);

    /// <summary>The reason.</summary>
    public RegistryError Error { get; }

    /// <summary>The field that is wrong; null when none is.</summary>
    public string? Field { get; }

    /// <summary>The right that is missing; null for a refusal of another kind. On all services for a name that begins with nothing.</summary>
    public AccessRule? Missing { get; init; }

    /// <summary>The setting of the limit that is reached, as <c>limits.entries</c>; null when none is.</summary>
    public string? Limit { get; init; }
}
