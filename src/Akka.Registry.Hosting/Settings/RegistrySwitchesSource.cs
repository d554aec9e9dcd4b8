using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Settings;

/// <summary>
/// Command-line switches as settings: <c>--cluster.name=x</c>, or in full <c>--akka.registry.cluster.name=x</c>.
/// </summary>
/// <remarks>
/// Every switch with a dot in its name is a setting; others are the program's own and are left alone. The value
/// follows <c>=</c> or is the next argument. A list is one switch with commas, or one per index
/// (<c>--cluster.seed-nodes.0=…</c>); of a switch that is given twice the last one holds.
/// </remarks>
public sealed class RegistrySwitchesSource : IConfigurationSource
{
    /// <summary>The arguments of the program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <inheritdoc />
    /// <exception cref="SettingsException">A switch has no value.</exception>
    public IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        var settings = new Dictionary<string, (string Value, string Origin)>(StringComparer.OrdinalIgnoreCase);
        var errors = new List<SettingsError>();
        for (var i = 0; i < Arguments.Count; i++)
        {
            var (name, value) = Split(Arguments[i]);
            if (!IsSetting(name))
                continue;

            var key = KeyOf(name);
            var place = $"switch {name}";
            var hasNext = i + 1 < Arguments.Count && !Arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            if (value is null && hasNext)
                value = Arguments[++i];
            if (value is null)
                errors.Add(new SettingsError(SettingKeys.ToPath(key), place, $"Has no value. Write {name}=value."));
            else
                settings[key] = (value, place);
        }

        return errors.Count == 0 ? new OriginatedSettings("switches", settings) : throw new SettingsException(errors);
    }

    /// <summary>Whether an argument is a switch that sets a setting.</summary>
    /// <param name="argument">The argument, with or without a value.</param>
    /// <returns>True when its name starts with two hyphens and holds a dot.</returns>
    public static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
        && Split(argument).Name.Contains('.', StringComparison.Ordinal);

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static string KeyOf(string name)
    {
        var key = SettingKeys.ToConfiguration(name[2..]);
        return key.StartsWith(SettingKeys.Root + ":", StringComparison.OrdinalIgnoreCase)
            ? key
            : $"{SettingKeys.Root}:{key}";
    }
}
