using Akka.Registry.Client.Directory;

namespace Akka.Registry.Client.Routing;

/// <summary>What one instance answered to a call to several.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Value">Its answer; default when it failed.</param>
/// <param name="Failure">What failed; null when it answered.</param>
public sealed record CallResult<T>(ServiceInstance Instance, T? Value, Exception? Failure)
{
    /// <summary>Whether it answered.</summary>
    public bool IsAnswered => Failure is null;
}
