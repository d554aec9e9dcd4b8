namespace Akka.Registry.Server.Consul;

/// <summary>A request is refused: the status and the plain text that its client gets.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="text">What Consul says in this case where it says something, else a sentence.</param>
internal sealed class ConsulException(int status, string text) : Exception(text)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>400: the request is wrong.</summary>
    public static ConsulException Bad(string text) => new(StatusCodes.Status400BadRequest, text);

    /// <summary>404: what it names is not there.</summary>
    public static ConsulException Missing(string text) => new(StatusCodes.Status404NotFound, text);

    /// <summary>501: the door does not have it; the text says what it has.</summary>
    public static ConsulException Unsupported(string text) => new(StatusCodes.Status501NotImplemented, text);

    /// <summary>What the registry's refusal becomes.</summary>
    public static ConsulException Of(RegistryException refusal) => refusal.Error switch
    {
        RegistryError.Invalid => Bad(refusal.Message),
        RegistryError.NotFound => Missing(refusal.Message),
        // Clients retry what a server failed to do, and would give up on their own mistakes.
        RegistryError.NotReady => new ConsulException(StatusCodes.Status500InternalServerError, $"No cluster leader: {refusal.Message}"),
        RegistryError.Overloaded => new ConsulException(StatusCodes.Status503ServiceUnavailable, refusal.Message),
        RegistryError.LimitReached => new ConsulException(StatusCodes.Status429TooManyRequests, refusal.Message),
        RegistryError.Unauthenticated or RegistryError.Forbidden => new ConsulException(StatusCodes.Status403Forbidden, refusal.Message),
        RegistryError.StaleEpoch or RegistryError.OwnerUnreachable => new ConsulException(StatusCodes.Status500InternalServerError, refusal.Message),
        _ => throw new System.Diagnostics.UnreachableException($"No status for {refusal.Error}."),
    };
}
