using Akka.Registry.Hosting.Settings;
using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Hocon;

/// <summary>
/// Holds what a <see cref="HoconConfigurationSource"/> read, key by key, with the place of each value.
/// </summary>
/// <param name="source">What to read.</param>
public sealed class HoconConfigurationProvider(HoconConfigurationSource source) : ConfigurationProvider, ISettingOrigins
{
    private Dictionary<string, HoconOrigin> _origins = [];

    /// <summary>Reads the document.</summary>
    /// <exception cref="HoconException">It cannot be read; what was loaded before stays.</exception>
    public override void Load()
    {
        var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var origins = new Dictionary<string, HoconOrigin>(StringComparer.OrdinalIgnoreCase);
        if (Read() is { } root)
            Flatten(root, prefix: "", data, origins);
        Data = data;
        _origins = origins;
    }

    /// <inheritdoc />
    public string? OriginOf(string key) => _origins.TryGetValue(key, out var origin) ? origin.ToString() : null;

    /// <summary>The file or the text's name.</summary>
    public override string ToString() => source.Path ?? source.TextName;

    private HoconValue.Object? Read()
    {
        if (source.Text is { } text)
            return HoconDocument.Parse(text, source.TextName, directory: null, source.EnvironmentVariable);

        var path = source.Path
            ?? throw new InvalidOperationException($"Give {nameof(source.Path)} or {nameof(source.Text)}.");
        var root = HoconDocument.Load(path, source.EnvironmentVariable);
        return root is not null || source.Optional
            ? root
            : throw new HoconException(
                new HoconOrigin(path, 0, 0),
                $"There is no such file (looked for '{System.IO.Path.GetFullPath(path)}').",
                "Create it, or name the file that is meant.");
    }

    private static void Flatten(
        HoconValue value, string prefix, Dictionary<string, string?> data, Dictionary<string, HoconOrigin> origins)
    {
        switch (value)
        {
            case HoconValue.Object fields when fields.Fields.Count > 0 || prefix.Length == 0:
                foreach (var (key, child) in fields.Fields)
                    Flatten(child, Join(prefix, key, child.Origin), data, origins);
                break;
            case HoconValue.List { Items.Count: > 0 } list:
                for (var i = 0; i < list.Items.Count; i++)
                    Flatten(list.Items[i], Join(prefix, $"{i}", list.Origin), data, origins);
                break;
            default:
                if (!data.TryAdd(prefix, TextOf(value)))
                {
                    throw new HoconException(
                        value.Origin,
                        $"The key '{prefix.Replace(':', '.')}' differs only in case from the one at {origins[prefix]}.",
                        "Write keys in lower case, once.");
                }

                origins.Add(prefix, value.Origin);
                break;
        }
    }

    private static string? TextOf(HoconValue value) => value switch
    {
        HoconValue.Scalar scalar => scalar.Text,
        HoconValue.Null => null,
        _ => "",
    };

    private static string Join(string prefix, string key, HoconOrigin origin)
    {
        if (key.Contains(':', StringComparison.Ordinal))
        {
            throw new HoconException(
                origin, $"The key '{key}' holds a colon, which separates sections in IConfiguration.",
                "Use another character.");
        }

        return prefix.Length == 0 ? key : $"{prefix}:{key}";
    }
}
