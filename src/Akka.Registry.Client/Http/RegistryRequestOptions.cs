namespace Akka.Registry.Client.Http;

/// <summary>What one request says of its routing, in <see cref="HttpRequestMessage.Options"/>.</summary>
public static class RegistryRequestOptions
{
    /// <summary>
    /// Whether the call can be made twice without harm, whatever its method says: a POST with an idempotency key can, a GET with effects cannot.
    /// </summary>
    public static HttpRequestOptionsKey<bool> IsIdempotent { get; } = new("Akka.Registry.IsIdempotent");

    /// <summary>Whether the body can be written again each time it is asked for, whatever its type; a stream of a file can.</summary>
    public static HttpRequestOptionsKey<bool> IsReplayable { get; } = new("Akka.Registry.IsReplayable");

    /// <summary>What consistent hashing goes by.</summary>
    public static HttpRequestOptionsKey<string> HashKey { get; } = new("Akka.Registry.HashKey");

    /// <summary>The RPC method that instances must offer.</summary>
    public static HttpRequestOptionsKey<string> Method { get; } = new("Akka.Registry.Method");
}
