namespace Akka.Registry;

/// <summary>The registry actor's answer to a call: what was asked for, or why not.</summary>
/// <param name="Value">What was asked for; meaningless when refused.</param>
/// <param name="Refusal">Why not; null when it was done.</param>
internal sealed record RegistryReply<T>(T? Value, RegistryException? Refusal)
{
    /// <summary>The value.</summary>
    /// <exception cref="RegistryException">The call was refused.</exception>
    public T Unwrap() => Refusal is null ? Value! : throw Refusal;
}

/// <summary>Makes replies with the type inferred.</summary>
internal static class RegistryReply
{
    public static RegistryReply<T> Of<T>(T value) => new(value, null);

    public static RegistryReply<T> Refuse<T>(RegistryError error, string message, string? field = null) =>
        new(default, new RegistryException(error, message, field));
}
