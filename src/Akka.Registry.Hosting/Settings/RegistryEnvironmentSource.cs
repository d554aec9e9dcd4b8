using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Settings;

/// <summary>
/// Environment variables as settings: <c>AKKA_REGISTRY__CLUSTER__SEED_NODES</c> is
/// <c>akka.registry.cluster.seed-nodes</c>.
/// </summary>
/// <remarks>
/// After the prefix <c>AKKA_REGISTRY__</c>, two underscores separate sections and one is a hyphen; case does not
/// matter. Keys are kebab case, which knows neither underscores nor capitals, so the mapping loses nothing in either
/// direction. A list is one variable with commas, or one per index (<c>…__SEED_NODES__0</c>). Variables that do not
/// start with the prefix are none of ours, the service links of Kubernetes (<c>AKKA_REGISTRY_PORT_…</c>) among them;
/// one that does and names no setting is an error at start.
/// </remarks>
public sealed class RegistryEnvironmentSource : IConfigurationSource
{
    /// <summary>What the name of each variable starts with.</summary>
    public const string Prefix = "AKKA_REGISTRY__";

    /// <summary>The variables; by default those of the process.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables { get; init; } =
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value ?? ""));

    /// <summary>The key that a variable sets.</summary>
    /// <param name="variable">Its name.</param>
    /// <returns>The key, with <c>:</c> between sections; null when the variable has not the prefix.</returns>
    public static string? KeyOf(string variable) =>
        variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? $"{SettingKeys.Root}:{variable[Prefix.Length..].ToLowerInvariant().Replace("__", ":").Replace('_', '-')}"
            : null;

    /// <summary>The variable that sets a key.</summary>
    /// <param name="key">The key, with <c>:</c> or <c>.</c> between sections, from the root.</param>
    /// <returns>The variable's name.</returns>
    public static string VariableOf(string key)
    {
        var below = SettingKeys.ToConfiguration(key)[(SettingKeys.Root.Length + 1)..];
        return Prefix + below.ToUpperInvariant().Replace('-', '_').Replace(":", "__");
    }

    /// <inheritdoc />
    public IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        var settings = new Dictionary<string, (string Value, string Origin)>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Variables)
        {
            if (KeyOf(name) is { } key)
                settings[key] = (value, $"environment variable {name}");
        }

        return new OriginatedSettings("environment variables", settings);
    }
}
