using System.Diagnostics.Metrics;

namespace Akka.Registry.Contracts.Limits;

/// <summary>Counts what limits have kept out, by the setting of the limit. Any thread.</summary>
/// <remarks>Every room counts under the same name on a meter of its own: who reads them adds them up.</remarks>
/// <param name="meter">The room's meter.</param>
public sealed class LimitCounter(Meter meter)
{
    /// <summary>The instrument's name.</summary>
    public const string Name = "akka_registry.limits.reached";

    /// <summary>The label that holds the setting, such as <c>limits.entries</c>.</summary>
    public const string Label = "limit";

    private readonly Counter<long> _reached = meter.CreateCounter<long>(
        Name, "{refusal}", "What was refused, cut off or made to wait because a limit was reached, by the limit's setting.");

    /// <summary>One more.</summary>
    /// <param name="setting">The setting's key below <c>akka.registry</c>; one of a fixed few.</param>
    public void Reached(string setting) => _reached.Add(1, new KeyValuePair<string, object?>(Label, setting));
}
